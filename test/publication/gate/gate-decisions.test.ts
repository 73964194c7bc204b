import { beforeAll, describe, expect, it } from 'vitest';
import { changeView } from '../../../lib/publication/change-view';
import type { Hold } from '../../../lib/publication/state/holds';
import type { Change, ViewChange, ViewContent } from '../../../lib/publication/state/view-content';
import type { Withdrawal, WithdrawnPart } from '../../../lib/publication/state/withdrawal';
import { withdrawnPart } from '../../../lib/publication/state/withdrawals';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Version } from '../../../lib/simplestreams/types';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { ga, hwe, offering, twoFlavours } from '../made/two-flavours';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const noble: Hold = { id: 'h1', since: '2026-11-20T00:00:00Z', release: 'noble', architectures: [], flavours: [] };

const note = { what: 'withdraw' } as const;

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
      message: 'noble has been held in candidate since 2026-11-20',
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

describe('a withdrawal', () => {
  const marked = (part: WithdrawnPart, more: Partial<Withdrawal> = {}): Withdrawal => ({
    id: 'w1',
    at: '2026-11-25T09:12:00Z',
    reason: 'NIC driver lost',
    view: 'stable',
    release: 'noble',
    version: part.version,
    architectures: [],
    flavours: [],
    parts: [part],
    ...more,
  });

  /** A view with one version, and a second that is not in it, with its mark. */
  async function madeView() {
    const { version, press, writes } = twoFlavours(signer);
    const first = await version('1', 'x');
    await changeView('candidate', offering({ [ga.id]: { ...ga, versions: { '1': first } } }), press);
    const bad = await version('2', 'y');
    const mark = (name: string, one: Version) => marked(withdrawnPart({ ...ga.fields, versions: {} }, name, one));
    const before = writes.length;
    return { press, first, bad, mark, written: () => writes.slice(before) };
  }

  const offer = (versions: Record<string, Version>, more: Partial<ViewChange> = {}) =>
    offering({ [ga.id]: { ...ga, versions } }, more);

  it('of the view itself refuses the version as new, and nothing is written', async () => {
    const { press, bad, mark, written } = await madeView();
    await changeView('candidate', ({ state }) => ({ state: { ...state, withdrawals: [mark('2', bad)] }, note }), press);
    const before = written().length;
    await expect(changeView('candidate', offer({ '2': bad }), press)).rejects.toMatchObject({
      name: 'Withdrawn',
      message: 'noble 2 is withdrawn since 2026-11-25 (NIC driver lost)',
      hint: 'restore it first: maas-mirror restore stable noble 2',
    });
    expect(written()).toHaveLength(before);
  });

  it('of another view refuses it too, under any name', async () => {
    const { press, bad, mark, written } = await madeView();
    const change = offer({ '3': bad }, { withdrawn: [mark('2', bad)] });
    await expect(changeView('candidate', change, press)).rejects.toMatchObject({
      name: 'Withdrawn',
      message: 'noble 3 has the files of noble 2, which is withdrawn since 2026-11-25 (NIC driver lost)',
    });
    expect(written()).toEqual([]);
  });

  it.each([
    ['of the view itself', true],
    ['of another view', false],
  ])('%s refuses that an older version becomes the newest again', async (_, isOwn) => {
    const { press, first, bad, mark, written } = await madeView();
    const fix = { ...first, origin: 'candidate/1' };
    await changeView('candidate', offer({ '2': bad, '3': fix }), press);
    const marks = [mark('2', bad)];
    await changeView(
      'candidate',
      ({ state }) => ({ state: { ...state, withdrawals: isOwn ? marks : [] }, note }),
      press,
    );
    const [before, withdrawn] = [written().length, isOwn ? [] : marks];
    const without: Change = ({ documents }) => ({ documents: withoutVersion(documents, '3'), withdrawn, note });
    await expect(changeView('candidate', without, press)).rejects.toMatchObject({
      name: 'Withdrawn',
      message: 'noble 2 is withdrawn since 2026-11-25 (NIC driver lost)',
    });
    expect(written()).toHaveLength(before);
  });

  it('refuses nothing that the view offers already, and nothing in the change that lifts it', async () => {
    const { press, first, bad, mark } = await madeView();
    const withdrawals = [mark('1', first), mark('2', bad)];
    await changeView('candidate', ({ state }) => ({ state: { ...state, withdrawals }, note }), press);
    expect(await changeView('candidate', offer({ '1.083000': { ...first, origin: 'candidate/1' } }), press)).toBe(true);
    const lifting = offering({ [ga.id]: { ...ga, versions: { '2': bad } } }, ({ state }) => ({
      state: { ...state, withdrawals: [] },
    }));
    expect(await changeView('candidate', lifting, press)).toBe(true);
  });
});

function withoutVersion(documents: ViewContent['documents'], gone: string): ViewContent['documents'] {
  return new Map(
    [...documents].map(([contentId, document]) => {
      const products = Object.entries(document.products).map(([id, product]) => {
        const versions = Object.entries(product.versions).filter(([name]) => name !== gone);
        return [id, { ...product, versions: Object.fromEntries(versions) }] as const;
      });
      return [contentId, { ...document, products: Object.fromEntries(products) }];
    }),
  );
}
