import { defineConfig } from 'vitest/config';
import { cacheDir, settings } from './test/runner/settings';

/** Benchmarks that work in the fixtures of the tests, which only vitest can make: see bench/README.md. */
export default defineConfig({
  cacheDir,
  test: { ...settings, include: ['bench/firmware.ts'] },
});
