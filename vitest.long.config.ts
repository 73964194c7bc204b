import { defineConfig } from 'vitest/config';
import { longTests } from './test/runner/marked-tests';
import { cacheDir, settings, withoutCloudFormationsRules } from './test/runner/settings';

/** Complete builds of every release, and single test files that take long: `npm run test:long`. */
export default defineConfig({
  cacheDir,
  test: {
    ...settings,
    env: withoutCloudFormationsRules,
    include: ['test/builds/**/*.test.ts', ...longTests(__dirname)],
    maxWorkers: 3,
  },
});
