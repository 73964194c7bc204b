import { defineConfig } from 'vitest/config';

/** Suites that need an emulator of AWS, which is a Python package: `npm run test:aws`. */
export default defineConfig({
  test: { include: ['test/aws/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 300_000, fileParallelism: false },
});
