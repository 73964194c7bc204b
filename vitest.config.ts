import { defineConfig } from 'vitest/config';
import { longTests } from './test/runner/marked-tests';
import { filesOnTheirOwn } from './test/runner/own-process';
import { cacheDir, settings, shared, withoutCloudFormationsRules } from './test/runner/settings';

const all = 'test/**/*.test.ts';
const timed = 'test/timed/**/*.test.ts';

/** Suites with a command of their own, which need more than this machine or more time than a change is worth. */
const others = ['test/{aws,boots,builds,models,package,peers}/**', ...longTests(__dirname)];

/** A build often waits, for a boot or for a lock. With three files at once, two cores are busy nearly always. */
const atOnce = { maxWorkers: 3, sequence: { groupOrder: 2 } };

const alone = filesOnTheirOwn(__dirname);

export default defineConfig({
  cacheDir,
  test: {
    ...settings,
    env: withoutCloudFormationsRules,
    projects: [
      // Seconds that are promised hold on a machine that does nothing else.
      { extends: true, test: { name: 'timed', include: [timed], maxWorkers: 1, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'apart', include: alone, exclude: [timed, ...others], ...atOnce } },
      { extends: true, test: { name: 'shared', include: [all], exclude: [...alone, ...others], ...shared, ...atOnce } },
    ],
  },
});
