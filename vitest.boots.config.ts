import { defineConfig } from 'vitest/config';
import { cacheDir, settings } from './test/runner/settings';

/** Boots that are long by nature, such as those over a network or of other architectures: `npm run test:boots`. */
export default defineConfig({
  cacheDir,
  test: {
    ...settings,
    include: ['test/boots/**/*.test.ts'],
    maxWorkers: 2,
  },
});
