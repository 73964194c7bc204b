import { defineConfig } from 'vitest/config';
import { cacheDir, settings } from './test/runner/settings';

/** Suites that need Python packages: `npm run test:peers`. */
export default defineConfig({
  cacheDir,
  test: { ...settings, include: ['test/peers/**/*.test.ts'] },
});
