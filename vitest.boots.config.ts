import { defineConfig } from 'vitest/config';

/** What is long by nature: boots of another architecture, and those beyond one of a kind. `npm run test:boots` */
export default defineConfig({
  test: {
    setupFiles: ['test/fixtures/umask.ts'],
    include: ['test/boots/**/*.test.ts'],
    testTimeout: 900_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
  },
});
