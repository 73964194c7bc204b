import { defineConfig } from 'vitest/config';
import { cacheDir, settings } from './test/runner/settings';

/** Suites that need an emulator of AWS, which is a Python package, and those of the package itself: `npm run test:aws`. */
export default defineConfig({
  // Of its own, because `.ci/run` runs this suite beside another.
  cacheDir: `${cacheDir}/aws`,
  test: {
    ...settings,
    include: ['test/{aws,package}/**/*.test.ts'],
    fileParallelism: false,
  },
});
