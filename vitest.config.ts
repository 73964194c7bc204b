import { defineConfig } from 'vitest/config';

const timed = ['test/timed/**/*.test.ts'];

export default defineConfig({
  test: {
    setupFiles: ['test/fixtures/umask.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      // Seconds that are promised hold on a machine that does nothing else.
      { extends: true, test: { name: 'timed', include: timed, maxWorkers: 1, sequence: { groupOrder: 1 } } },
      {
        extends: true,
        test: {
          name: 'all',
          include: ['test/**/*.test.ts'],
          exclude: [...timed, 'test/{aws,package,peers}/**'],
          // A build often waits, for a boot or for a lock. With two files at once, two cores are busy nearly always.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
