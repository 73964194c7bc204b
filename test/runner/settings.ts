import { join } from 'node:path';
import type { InlineConfig } from 'vitest/node';
import { LongestFirst } from './longest-first';

/** How long each file lasted is kept here, where `npm ci` does not remove it. */
export const cacheDir = '.cache/vitest';

/** Settings of what vitest runs that every configuration begins with. */
export const settings = {
  setupFiles: [join(__dirname, '../fixtures/umask.ts')],
  globalSetup: [join(__dirname, 'built.ts')],
  sequence: { sequencer: LongestFirst },
} satisfies InlineConfig;

/**
 * Every synthesis starts the CDK's checker of CloudFormation's rules, which takes longer than all the rest of it;
 * test/mirror/findings.test.ts asks it once for every kind of mirror.
 */
export const withoutCloudFormationsRules = { CDK_VALIDATION: 'false' };
