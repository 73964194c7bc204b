import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { testsNeedingRoot } from './test/runner/needing-root';
import { cacheDir, settings, withoutCloudFormationsRules } from './test/runner/settings';

/** What runs in a minute, by anybody, with Node and Debian's base system only: `npm run test:fast`. */
export default defineConfig({
  cacheDir,
  test: {
    ...settings,
    env: withoutCloudFormationsRules,
    globalSetup: [...settings.globalSetup, join(__dirname, 'test/runner/base-programs.ts')],
    setupFiles: [...settings.setupFiles, join(__dirname, 'test/runner/unprivileged.ts')],
    include: ['test/**/*.test.ts'],
    exclude: ['test/{aws,boots,build,models,mutants,package,peers,timed}/**', ...testsNeedingRoot(__dirname)],
    testTimeout: 60_000,
    pool: 'forks', // a thread cannot give up root
    maxWorkers: 2,
  },
});
