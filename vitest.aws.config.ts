import { defineConfig } from 'vitest/config';

/** Suites that need an emulator of AWS, which is a Python package, and those of the package itself: `npm run test:aws`. */
export default defineConfig({
  test: {
    setupFiles: ['test/fixtures/umask.ts'],
    include: ['test/{aws,package}/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
