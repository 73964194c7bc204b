import { defineConfig } from 'vitest/config';

/** Benchmarks that work in the fixtures of the tests, which only vitest can make: see bench/README.md. */
export default defineConfig({
  test: { setupFiles: ['test/fixtures/umask.ts'], include: ['bench/firmware.ts'], testTimeout: 1_800_000 },
});
