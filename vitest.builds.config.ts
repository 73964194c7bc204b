import { defineConfig } from 'vitest/config';
import { cacheDir, settings } from './test/runner/settings';

/** Complete builds of every release, with customisations, sources and updates of all kinds: `npm run test:builds`. */
export default defineConfig({
  cacheDir,
  test: {
    ...settings,
    include: ['test/builds/**/*.test.ts'],
    maxWorkers: 3,
  },
});
