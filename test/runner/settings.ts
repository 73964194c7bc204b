import { join } from 'node:path';
import type { InlineConfig } from 'vitest/node';
import { LongestFirst } from './longest-first';

/** How long each file lasted is kept here, where `npm ci` does not remove it. */
export const cacheDir = '.cache/vitest';

/** Settings of what vitest runs that every configuration begins with. */
export const settings = {
  // Against what hangs only: nothing that works takes so long, however busy the machine is.
  testTimeout: 3_600_000,
  hookTimeout: 3_600_000,
  setupFiles: [join(__dirname, '../fixtures/umask.ts')],
  globalSetup: [join(__dirname, 'own-temporary.ts'), join(__dirname, 'built.ts')],
  sequence: { sequencer: LongestFirst },
  // A golden that is missing fails here, too, and not only where CI is set; `-u` writes it.
  update: 'none',
} satisfies InlineConfig;

/**
 * All test files but those of `test/runner/own-process.ts` run in a few processes, which load and warm up the CDK, OpenPGP and the
 * AWS SDK once each instead of once a file.
 */
export const shared = { isolate: false, unstubEnvs: true, restoreMocks: true } satisfies InlineConfig;

/**
 * Every synthesis starts the CDK's checker of CloudFormation's rules, which takes longer than all the rest of it;
 * test/mirror/findings/cloudformation-rules.test.ts asks it once for every kind of mirror.
 */
export const withoutCloudFormationsRules = { CDK_VALIDATION: 'false' };
