import { defineConfig } from 'vitest/config';
import { cacheDir, settings } from './test/runner/settings';

/** Many random sequences against a model, of which `npm test` runs a sample: `npm run test:models`. */
export default defineConfig({
  cacheDir,
  test: {
    ...settings,
    include: ['test/models/**/*.test.ts'],
    maxWorkers: 2,
  },
});
