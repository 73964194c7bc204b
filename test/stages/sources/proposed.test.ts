import { describe, expect, it } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { proposedPriority, proposedTarget } from '../../../lib/stages/sources/tell-apt';
import type { Workbench } from '../../../lib/stages/workbench';

const requestOf = (customise: object) => BuildRequest.parse({ release: 'noble', architectures: ['amd64'], customise });
const target = (customise: object, names: readonly string[]) =>
  proposedTarget({ request: requestOf(customise), job: { release: 'noble' } as Workbench['job'] }, names);

describe('-proposed', () => {
  it('counts less than the release where packages are named, and as much where all of it is wanted', () => {
    expect(proposedPriority(requestOf({ proposed: ['cloud-init'] }))).toBe(400); // apt's own is 500
    expect(proposedPriority(requestOf({ allProposed: true }))).toBe(500);
  });

  it('is asked for packages that are named, and for no others', () => {
    const named = { proposed: ['cloud-init', 'linux-generic'] };

    expect(target(named, ['cloud-init'])).toBe('noble-proposed');
    expect(target(named, ['vim', 'linux-generic'])).toBe('noble-proposed');
    expect(target(named, ['vim'])).toBeUndefined();
    expect(target({ allProposed: true }, ['cloud-init'])).toBeUndefined();
    expect(target({}, ['cloud-init'])).toBeUndefined();
  });
});
