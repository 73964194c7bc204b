import { defineConfig } from 'vitest/config';

/** Suites that need Python packages: `npm run test:peers`. */
export default defineConfig({
  test: {
    include: ['test/peers/**/*.test.ts'],
    setupFiles: ['test/fixtures/umask.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
