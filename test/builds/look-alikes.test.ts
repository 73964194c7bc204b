import { beforeAll, describe } from 'vitest';
import { describeLookAlike, holdsThreeKernels, installsWithZfs } from '../fixtures/images/describe-look-alike';
import { type LookAlikeRelease, lookAlike } from '../fixtures/images/look-alike';

// test/fixtures/images/look-alike.test.ts has noble.
const ofBookworm: readonly LookAlikeRelease[] = ['jammy', 'focal', 'xenial'];

beforeAll(async () => {
  for (const release of ['resolute', ...ofBookworm] as const) await lookAlike(release);
});

for (const release of ['resolute', ...ofBookworm] as const) describeLookAlike(release);

describe('packages of a look-alike', () => {
  for (const release of ofBookworm) holdsThreeKernels(release);
  installsWithZfs('xenial', 'ga', '.efi.signed');
});
