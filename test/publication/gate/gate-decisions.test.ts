import { beforeAll, describe, expect, it } from 'vitest';
import { changeView } from '../../../lib/publication/change-view';
import type { Hold } from '../../../lib/publication/state/holds';
import type { Change } from '../../../lib/publication/state/view-content';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { ga, hwe, offering, twoFlavours } from '../made/two-flavours';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const noble: Hold = { id: 'h1', since: '2026-11-20T00:00:00Z', release: 'noble', architectures: [], flavours: [] };

const holding =
  (...holds: readonly Hold[]): Change =>
  ({ state }) => ({ state: { ...state, holds }, note: { what: 'hold' } });

/** A view with a version of one flavour, and a hold. */
async function heldView(hold: Hold) {
  const { version, press, writes } = twoFlavours(signer);
  const first = await version('1', 'x');
  await changeView('candidate', offering({ [ga.id]: { ...ga, versions: { '1': first } } }), press);
  await changeView('candidate', holding(hold), press);
  const before = writes.length;
  return { version, press, first, written: () => writes.slice(before) };
}

describe('a hold', () => {
  it('refuses a version that is new to a product, whoever offers it, and nothing is written', async () => {
    const { version, press, written } = await heldView(noble);
    const second = offering({ [ga.id]: { ...ga, versions: { '2': await version('2', 'x') } } });
    await expect(changeView('candidate', second, press)).rejects.toMatchObject({
      name: 'Held',
      message: 'candidate holds noble since 2026-11-20',
    });
    expect(written()).toEqual([]);
  });

  it('refuses a product that is new to the view', async () => {
    const { version, press } = await heldView(noble);
    const sister = offering({ [hwe.id]: { ...hwe, versions: { '1': await version('1', 'x', 'hwe-24.04') } } });
    await expect(changeView('candidate', sister, press)).rejects.toMatchObject({ name: 'Held' });
  });

  it('refuses nothing of products that it does not hold', async () => {
    const { version, press } = await heldView({ ...noble, flavours: ['hwe-24.04'] });
    const second = offering({ [ga.id]: { ...ga, versions: { '2': await version('2', 'x') } } });
    expect(await changeView('candidate', second, press)).toBe(true);
  });

  it('refuses no new name of a content that the product offers already', async () => {
    const { press, first } = await heldView(noble);
    const again = offering({ [ga.id]: { ...ga, versions: { '1.083000': { ...first, origin: 'candidate/1' } } } });
    expect(await changeView('candidate', again, press)).toBe(true);
  });

  it('refuses nothing more in the change that lifts it', async () => {
    const { version, press } = await heldView(noble);
    const second = { [ga.id]: { ...ga, versions: { '2': await version('2', 'x') } } };
    const lifting = offering(second, ({ state }) => ({ state: { ...state, holds: [] } }));
    expect(await changeView('candidate', lifting, press)).toBe(true);
  });
});
