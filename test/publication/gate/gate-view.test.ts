import { beforeAll, describe, expect, it } from 'vitest';
import { changeView } from '../../../lib/publication/change-view';
import { moveIndex } from '../../../lib/publication/commit/move-index';
import { contentOf, nextContent } from '../../../lib/publication/next-content';
import type { Press } from '../../../lib/publication/press';
import { readView } from '../../../lib/publication/read-view';
import { emptyState } from '../../../lib/publication/state/state-document';
import type { Change } from '../../../lib/publication/state/view-content';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Products } from '../../../lib/simplestreams/types';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { documentOf, imageContentId } from '../../simplestreams/made-documents';
import { ga, hwe, offering, twoFlavours } from '../made/two-flavours';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const made = () => twoFlavours(signer);
const refused = (rule: string) => ({ name: 'ContractBroken', message: expect.stringContaining(`[${rule}]`) });

describe('the gate of a view as a whole', () => {
  it('refuses a root that is not that of the other flavours, and nothing is written', async () => {
    const { version, press, writes } = made();
    const both = offering({
      [ga.id]: { ...ga, versions: { '2': await version('2', 'x') } },
      [hwe.id]: { ...hwe, versions: { '2': await version('2', 'y', 'hwe-24.04') } },
    });
    await expect(changeView('candidate', both, press)).rejects.toMatchObject(refused('root-differs'));
    expect(writes).toEqual([]);
  });

  it('refuses to publish one flavour alone with a new root, while its sister stays as it is', async () => {
    const { version, press } = made();
    const first = offering({
      [ga.id]: { ...ga, versions: { '1': await version('1', 'x') } },
      [hwe.id]: { ...hwe, versions: { '1': await version('1', 'x', 'hwe-24.04') } },
    });
    expect(await changeView('candidate', first, press)).toBe(true);
    const one = offering({ [ga.id]: { ...ga, versions: { '2': await version('2', 'y') } } });
    await expect(changeView('candidate', one, press)).rejects.toMatchObject(refused('root-differs'));
  });

  it('refuses a second product of one name to MAAS', async () => {
    const { version, press } = made();
    const versions = { '1': await version('1', 'x') };
    const twice = offering({ [ga.id]: { ...ga, versions }, 'second:v3:': { ...ga, versions } });
    await expect(changeView('candidate', twice, press)).rejects.toMatchObject(refused('flavour-repeated'));
  });

  it('refuses the label of another view', async () => {
    const { version, press } = made();
    const fields = { ...ga.fields, label: 'stable' };
    const foreign = offering({ [ga.id]: { fields, versions: { '1': await version('1', 'x') } } });
    await expect(changeView('candidate', foreign, press)).rejects.toMatchObject(refused('label-of-view'));
  });

  it('takes the label of its source in a snapshot, and no other', async () => {
    const { version, press } = made();
    const products = { [ga.id]: { ...ga, versions: { '1': await version('1', 'x') } } };
    const takenFrom = (from: string): Change => {
      const source = { snapshot: { from, index: '0'.repeat(64), at: '2026-11-20T00:00:00Z' } };
      return offering(products, { state: { ...emptyState('snapshots/one'), kind: 'frozen', source } });
    };
    await expect(changeView('snapshots/one', takenFrom('stable'), press)).rejects.toMatchObject(
      refused('label-of-view'),
    );
    expect(await changeView('snapshots/one', takenFrom('candidate'), press)).toBe(true);
  });

  it('is not stopped by an older fault in products that a change does not touch', async () => {
    const { version, press } = made();
    const versions = { '1': await version('1', 'x') };
    const old = { ...ga.fields, release: 'jammy' };
    const faulty = { 'first:v3:': { ...old, versions }, 'second:v3:': { ...old, versions } };
    await publishUnchecked(documentOf(imageContentId, faulty), press);
    const next = offering({ [ga.id]: { ...ga, versions } });
    expect(await changeView('candidate', next, press)).toBe(true);
  });
});

/** As an older release did, which did not know these rules. */
async function publishUnchecked(document: Products, press: Press): Promise<void> {
  const empty = await readView('candidate', press);
  const next = nextContent(contentOf(empty), { documents: new Map([[document.content_id, document]]) }, press.now());
  await moveIndex(empty, next, undefined, press);
}
