import { describe, expect, it } from 'vitest';
import { Order } from '../../../lib/job/order';
import { proposedPriority, proposedTarget } from '../../../lib/stages/sources/tell-apt';
import type { Workbench } from '../../../lib/stages/workbench';

const orderOf = (customise: object) => Order.parse({ release: 'noble', architectures: ['amd64'], customise });
const target = (customise: object, names: readonly string[]) =>
  proposedTarget({ order: orderOf(customise), job: { release: 'noble' } as Workbench['job'] }, names);

describe('-proposed', () => {
  it('counts less than the release where packages are named, and as much where all of it is wanted', () => {
    expect(proposedPriority(orderOf({ proposed: ['cloud-init'] }))).toBe(400); // apt's own is 500
    expect(proposedPriority(orderOf({ proposed: 'all' }))).toBe(500);
  });

  it('is asked for packages that are named, and for no others', () => {
    const named = { proposed: ['cloud-init', 'linux-generic'] };

    expect(target(named, ['cloud-init'])).toBe('noble-proposed');
    expect(target(named, ['vim', 'linux-generic'])).toBe('noble-proposed');
    expect(target(named, ['vim'])).toBeUndefined();
    expect(target({ proposed: 'all' }, ['cloud-init'])).toBeUndefined();
    expect(target({}, ['cloud-init'])).toBeUndefined();
  });
});
