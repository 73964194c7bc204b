import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { slowTests } from './test/runner/marked-tests';
import { filesOnTheirOwn } from './test/runner/own-process';
import { cacheDir, settings, shared, withoutCloudFormationsRules } from './test/runner/settings';

const inRunner = (file: string) => join(__dirname, 'test/runner', file);

const slow = ['test/{aws,boots,build,builds,models,mutants,package,peers,timed}/**', ...slowTests(__dirname)];

const alone = filesOnTheirOwn(__dirname);

/** What runs in a minute, by anybody, with Node and Debian's base system only: `npm run test:fast`. */
export default defineConfig({
  cacheDir,
  test: {
    ...settings,
    env: withoutCloudFormationsRules,
    globalSetup: [...settings.globalSetup, inRunner('base-programs.ts')],
    setupFiles: [...settings.setupFiles, inRunner('unprivileged.ts')],
    pool: 'forks', // a thread cannot give up root
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'apart', include: alone, exclude: slow } },
      {
        extends: true,
        test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: [...alone, ...slow], ...shared },
      },
    ],
  },
});
