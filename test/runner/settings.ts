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
 * Rooms whose tests leave nothing behind in their process: all their files run in two processes, which load and warm up the CDK,
 * OpenPGP and the AWS SDK once each instead of once a file. test/runner/rooms-without-isolation.test.ts looks at them.
 */
export const sharedRooms = [
  'catalog',
  'cloud',
  'job',
  'maas-model',
  'mirror',
  'operations',
  'publication',
  'simplestreams',
];

/** Of other rooms the files that test:fast runs share the two processes: they mount nothing and start no builds. */
const roomsInPart = ['fixtures', 'house', 'machine', 'stages', 'store'];

/** All files of these rooms and of those. */
export const inSharedRooms = `test/{${[...sharedRooms, ...roomsInPart].join()}}/**/*.test.ts`;

/** Which test files share processes, and which have one each, as patterns; every file is in one of the two. */
export interface Divided {
  readonly shared: { readonly include: string[]; readonly exclude: string[] };
  readonly apart: { readonly include: string[] };
}

/** @param slow test files, relative to the repository, that test:fast leaves out */
export function dividedBy(slow: readonly string[]): Divided {
  const slowApart = slow.filter((file) => roomsInPart.some((room) => file.startsWith(`test/${room}/`)));
  const others = `test/!(${[...sharedRooms, ...roomsInPart].join('|')})/**/*.test.ts`;
  return {
    shared: { include: [inSharedRooms], exclude: slowApart },
    apart: { include: ['test/*.test.ts', others, ...slowApart] },
  };
}

/** What those files run with. Variables that a test sets, and what it spies on, are as before when it is over. */
export const shared = { isolate: false, unstubEnvs: true, restoreMocks: true } satisfies InlineConfig;

/**
 * Every synthesis starts the CDK's checker of CloudFormation's rules, which takes longer than all the rest of it;
 * test/mirror/findings/cloudformation-rules.test.ts asks it once for every kind of mirror.
 */
export const withoutCloudFormationsRules = { CDK_VALIDATION: 'false' };
