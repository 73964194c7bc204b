import type { InlineConfig } from 'vitest/node';
import { LongestFirst } from './longest-first';

/** How long each file lasted is kept here, where `npm ci` does not remove it. */
export const cacheDir = '.cache/vitest';

/** What every configuration of vitest begins with. */
export const settings = {
  setupFiles: ['test/fixtures/umask.ts'],
  globalSetup: ['test/runner/built.ts'],
  sequence: { sequencer: LongestFirst },
} satisfies InlineConfig;
