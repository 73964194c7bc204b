import { defineConfig } from 'vitest/config';
import { cacheDir, settings } from './test/runner/settings';

/** Many random sequences against a model, of which `npm test` runs a sample: `npm run test:models`. */
export default defineConfig({
  cacheDir,
  test: {
    ...settings,
    include: ['test/models/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
});
