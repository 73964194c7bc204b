import { beforeAll, describe, expect, it } from 'vitest';
import { kernelOf } from '../../../lib/catalog/kernels';
import { productId } from '../../../lib/catalog/products';
import { liftEndedHolds } from '../../../lib/operations/lift-ended-holds';
import { verifyMirror } from '../../../lib/operations/verify';
import { changeView } from '../../../lib/publication/change-view';
import { readView } from '../../../lib/publication/read-view';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { type SmallPress, smallPress } from '../../publication/made/small-press';
import { endHolds, holdRelease } from './made-decisions';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const newer = [{ kernel: 'generic', version: '6.1.158-1' }, { kernel: 'cloud' }];
const newest = [{ kernel: 'generic', version: '6.1.160-1' }, { kernel: 'cloud' }];
const idOf = (kernel: string, release = 'bookworm') => productId(kernelOf(release, 'amd64', kernel), 'candidate');

/** Names of the pending versions of a product. */
async function pendingOf(press: SmallPress, id = idOf('generic')): Promise<string[]> {
  const { shelf } = await readView('candidate', press);
  return Object.keys(shelf.products[id]?.versions ?? {}).sort();
}

/** Names of the versions that the view offers of a product of any release. */
async function offeredOf(press: SmallPress, id: string): Promise<string[]> {
  const { documents } = await readView('candidate', press);
  const products = [...documents.values()].flatMap(({ document }) => document.products[id] ?? []);
  return products.flatMap(({ versions }) => Object.keys(versions)).sort();
}

describe('a build of a held release', () => {
  it('ends well, and what is new waits on the shelf with what is known of its boot', async () => {
    const press = smallPress(signer);
    await press.publish();
    await holdRelease(press);

    const published = await press.publish({ kernels: newer, execution: 'held-run' });

    const held = { since: '2026-11-20T09:00:00Z', reason: 'freeze', pending: 1 };
    expect(published).toMatchObject({ version: null, products: [], held });
    expect(await press.versionsOf('generic')).toEqual(['20261120.083000']);
    const { shelf } = await readView('candidate', press);
    expect(shelf.products[idOf('generic')]).toMatchObject({
      content_id: 'com.debian.maas:candidate:v3:download',
      fields: { release: 'bookworm', label: 'candidate' },
      versions: { '20261120.083001': { why: 'held', since: '2026-11-20T08:30:00Z', version: { gate: 'passed' } } },
    });
    expect((await verifyMirror(press.mirror, { scratch: temporaryFolder() })).problems).toEqual([]);
  });

  it('adds to what waits, and makes nothing again that waits already', async () => {
    const press = smallPress(signer);
    await press.publish();
    await holdRelease(press);
    await press.publish({ kernels: newer });
    const keys = await press.keys();

    expect(await press.publish({ kernels: newer, newest: pendingNewest })).toMatchObject({ held: { pending: 1 } });
    expect((await press.keys()).filter((key) => key.startsWith('pool/'))).toEqual(
      keys.filter((key) => key.startsWith('pool/')),
    );
    press.turnClockTo('2026-11-21T08:30:00Z');
    expect(await press.publish({ kernels: newest, newest: pendingNewest })).toMatchObject({ held: { pending: 2 } });
    expect(await pendingOf(press)).toEqual(['20261120.083001', '20261120.083002']);
    expect(await press.versionsOf('generic')).toEqual(['20261120.083000']);
  });

  it('says of the products what it was built from, also while their newest version waits', async () => {
    const press = smallPress(signer);
    await press.publish({ planned: 'first' });
    await holdRelease(press);
    const { job } = await press.prepare({ planned: 'second', kernels: newer });

    await press.publish({ planned: 'second', kernels: newer });

    const inputs = Object.values((await press.document())?.products ?? {}).map((product) => product.inputs);
    expect(inputs).toEqual([job.inputs, job.inputs]);
  });

  it('publishes other releases and architectures as ever', async () => {
    const press = smallPress(signer);
    await press.publish();
    await holdRelease(press, { architectures: ['arm64'] });

    const published = await press.publish({ kernels: newer });

    expect(published).toMatchObject({ version: '20261120.083001', products: [idOf('generic')] });
    expect(published).not.toHaveProperty('held');
    expect(await pendingOf(press)).toEqual([]);
  });

  it('names a version above those that wait, and claims its folder once', async () => {
    const press = smallPress(signer);
    await press.publish();
    await holdRelease(press);
    press.turnClockTo('2026-11-20T09:30:00Z');
    await press.publish({ kernels: newer });
    await changeView('candidate', endHolds, press);
    press.turnClockTo('2026-11-20T09:15:00Z');

    const published = await press.publish({ kernels: newest, newest: { generic: '20261120.093000' } });

    expect(published).toMatchObject({ version: '20261120.093000.091500' });
  });
});

const pendingNewest = { generic: '20261120.083001', cloud: '20261120.083000' };

describe('a hold of one flavour', () => {
  const both = [{ kernel: 'ga' }, { kernel: 'hwe' }];
  const held = { release: 'noble', flavours: ['hwe-24.04'] };
  const of = { release: 'noble', source: 'cloud-image' } as const;
  const seen = { newest: { ga: '20261120.083000', hwe: '20261120.083000' } };

  async function heldNoble(): Promise<SmallPress> {
    const press = smallPress(signer);
    await press.publish({ ...of, kernels: both });
    await holdRelease(press, held);
    press.turnClockTo('2026-11-25T08:30:00Z');
    return press;
  }

  it('keeps its sisters back with it, where they would get another root', async () => {
    const press = await heldNoble();

    const published = await press.publish({ ...of, ...seen, kernels: both, serial: '20261124' });

    expect(published).toMatchObject({ version: null, held: { pending: 1 } });
    expect(await pendingOf(press, idOf('ga', 'noble'))).toEqual(['20261124.083000']);
    expect(await pendingOf(press, idOf('hwe', 'noble'))).toEqual(['20261124.083000']);
  });

  it('lets its sisters go on, where they keep the root', async () => {
    const press = await heldNoble();
    const kernels = [{ kernel: 'ga', version: '6.8.0-51' }, { kernel: 'hwe' }];

    const published = await press.publish({ ...of, ...seen, kernels });

    expect(published).toMatchObject({
      version: '20261120.083001',
      products: [idOf('ga', 'noble')],
      held: { pending: 0 },
    });
    expect(await offeredOf(press, idOf('hwe', 'noble'))).toEqual(['20261120.083000']);
    expect(await pendingOf(press, idOf('hwe', 'noble'))).toEqual([]);
  });
});

describe('a hold whose time is over', () => {
  it('is lifted, and its newest pending version is published', async () => {
    const press = smallPress(signer);
    await press.publish();
    await holdRelease(press, { until: '2026-11-21T00:00:00Z' });
    await press.publish({ kernels: newer });

    await liftEndedHolds('candidate', press);
    expect(await press.versionsOf('generic')).toEqual(['20261120.083000']);
    press.turnClockTo('2026-11-21T00:00:00Z');
    await liftEndedHolds('candidate', press);

    expect(await press.versionsOf('generic')).toEqual(['20261120.083000', '20261120.083001']);
    expect((await readView('candidate', press)).state.holds).toEqual([]);
    expect(await pendingOf(press)).toEqual([]);
  });
});
