import { defineConfig } from 'vitest/config';
import { cacheDir, settings } from './test/runner/settings';

/** Boots that are long by nature, such as those over a network or of other architectures: `npm run test:boots`. */
export default defineConfig({
  cacheDir,
  test: {
    ...settings,
    include: ['test/boots/**/*.test.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 1_800_000,
    maxWorkers: 2,
  },
});
