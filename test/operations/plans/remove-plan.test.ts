import { describe, expect, it } from 'vitest';
import type { Asked } from '../../../lib/operations/plans/asked';
import { planWithdrawal } from '../../../lib/operations/plans/back/withdraw-plan';
import { planRemoval } from '../../../lib/operations/plans/remove-plan';
import { keptLedger } from '../../../lib/publication/state/kept-ledger';
import { contentDigest } from '../../../lib/publication/state/product-key';
import { emptyShelf, fieldsOf, onShelf } from '../../../lib/publication/state/shelf';
import type { ViewContent } from '../../../lib/publication/state/view-content';
import {
  changedBy,
  loadersIn,
  made,
  mirrorOf,
  older as one,
  newer as two,
  twoVersions as view,
  viewWith,
  wordsIn,
} from './made';

const at = new Date('2026-11-28T10:15:00Z');
const [ga, hwe] = ['ga-24.04', 'hwe-24.04'].map((name) => `ubuntu/noble/amd64/${name}/generic`);
const asked: Asked<'remove'> = {
  ...{ does: 'remove', view: 'candidate', release: 'noble', version: two, architectures: [], flavours: [] },
  ...{ by: 'anna@ops1' },
};
const planned = (request: Partial<Asked<'remove'>> = {}, content: ViewContent = view) =>
  planRemoval({ ...asked, ...request }, mirrorOf(content), at);
const namesIn = (documents: ViewContent['documents'] | undefined) =>
  [...(documents?.values() ?? [])].flatMap(({ products }) =>
    Object.values(products).map(({ subarch, versions }) => [subarch, Object.keys(versions)]),
  );
const gone = ['maas admin boot-source-selections read ID', 'maas admin boot-source-selection delete ID SELECTION'];
const again =
  "maas admin boot-source-selections create ID os=ubuntu release=noble arches=amd64 subarches='*' labels='*'";

describe('remove', () => {
  it('takes the version out of the documents, and a product with it that has no other', () => {
    const { views } = planned();
    expect(namesIn(views[0]?.change?.documents)).toEqual([['ga-24.04', [one]]]);
    expect(views[0]?.change?.note).toEqual({ what: 'remove', by: 'anna@ops1' });
    expect(views[0]?.lines).toEqual([
      { does: 'take back', product: ga, version: two, before: two, newest: one },
      { does: 'take back', product: hwe, version: two, before: two },
      { does: 'drop', product: hwe },
    ]);
  });

  it('says what may depend on what is dropped, and how a MAAS loses what it has', () => {
    const why = 'machines with hwe-24.04 as hwe_kernel or min_hwe_kernel';
    expect(planned().remarks).toEqual([
      { about: 'depends', product: hwe, release: 'noble', architecture: 'amd64', why },
      {
        ...{ about: 'keeps', release: 'noble', architecture: 'amd64', commands: [...gone, again] },
        why: 'this removes all its flavours until the download ends',
      },
    ]);
  });

  it('advises nobody to remove a selection where another version is offered', () => {
    const several = viewWith('candidate', { 'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2' } });
    for (const version of [one, two]) {
      expect(planned({ version }, several).remarks).toEqual([
        { about: 'replaced', release: 'noble', architecture: 'amd64' },
      ]);
    }
  });

  it('of a whole release leaves no selection to create again', () => {
    const jammy = viewWith('candidate', { 'ga-22.04': { '9': 'r9 g9' } });
    const other = [...jammy.documents.values()].flatMap(({ products }) => Object.entries(products));
    const products = Object.fromEntries(other.map(([id, product]) => [`${id}-2`, { ...product, release: 'jammy' }]));
    const documents = new Map(
      [...view.documents].map(([id, document]) => {
        return [id, { ...document, products: { ...document.products, ...products } }] as const;
      }),
    );
    const { remarks } = planned({ release: 'jammy', version: '9' }, { ...view, documents });
    expect(remarks.map(({ about, why }) => [about, why].filter(Boolean).join(': '))).toEqual([
      'depends: commissioning release',
      'depends: uploads with base_image ubuntu/jammy',
      'depends: machines deployed to memory',
      'depends: machines with ga-22.04 as hwe_kernel or min_hwe_kernel',
      'keeps',
    ]);
    expect(remarks.at(-1)?.commands).toEqual(gone);
  });

  it('remembers the name with its content', () => {
    const { change } = planned().views[0] ?? {};
    const ledger = keptLedger(view, { ...view, ...change }, at);
    expect(Object.values(ledger.products).map(({ gone: left }) => Object.keys(left))).toEqual([[two], [two]]);
  });

  it('takes a version off the shelf, and leaves the others there', () => {
    const [[id, product] = ['', undefined]] = Object.entries([...view.documents.values()][0]?.products ?? {});
    const place = { content_id: 'c', fields: product === undefined ? {} : fieldsOf(product) };
    const entry = (words: string) => ({ why: 'held', since: '2026-11-27T00:00:00Z', version: made(words) }) as const;
    const first = onShelf(emptyShelf, id, place, '8', entry('r8 g8'));
    const { change, lines } = planned({ version: '8' }, { ...view, shelf: first }).views[0] ?? {};
    expect(change?.shelf).toEqual(emptyShelf);
    expect(change?.documents).toEqual(view.documents);
    expect(lines).toEqual([{ does: 'take back', product: ga, version: '8', why: 'on the shelf' }]);
    const both = onShelf(first, id, place, '9', entry('r9 g9'));
    const left = planned({ version: '8' }, { ...view, shelf: both }).views[0]?.change?.shelf;
    expect(Object.keys(left?.products[id]?.versions ?? {})).toEqual(['9']);
  });

  it('refuses to leave nothing', () => {
    const single = viewWith('candidate', { 'ga-24.04': { [two]: 'r2 g2' } });
    expect(planned({}, single).refusal).toMatchObject({
      name: 'ContractBroken',
      message: 'candidate would be empty: MAAS rejects a source without products',
      hint: 'to end the view: maas-mirror view delete candidate',
    });
    const filled = (name: string, state: Partial<ViewContent['state']>): ViewContent => {
      const content = viewWith(name, { 'ga-24.04': { [two]: 'r2 g2' } });
      return { ...content, state: { ...content.state, ...state } };
    };
    const lab = filled('lab', { kind: 'selected', source: { select: [{ from: 'candidate' }] } });
    const stable = filled('stable', { kind: 'promoted', source: { promote: { from: 'candidate' } } });
    expect(planRemoval(asked, mirrorOf(single, lab, stable), at).refusal).toMatchObject({
      hint: 'to end the view: maas-mirror view set lab --from VIEW, then maas-mirror view set stable --by-hand, then maas-mirror view delete candidate',
    });
  });

  it('refuses a view that follows another, which would get the version back', () => {
    const state = { ...view.state, kind: 'selected' as const, source: { select: [{ from: 'beta' }] } };
    const message = 'candidate follows beta, and would get the version back';
    const hint = 'remove it from beta, or point candidate elsewhere: maas-mirror view set candidate --from VIEW';
    expect(() => planned({}, { ...view, state })).toThrow(
      expect.objectContaining({ name: 'BadInput', message, hint, misuse: true }),
    );
    const select = [{ from: 'beta', releases: ['jammy'] }, { from: 'stable' }];
    const said = {
      message: 'candidate selects jammy from beta, all else from stable, and would get the version back',
      hint: 'remove it from stable, or point candidate elsewhere: maas-mirror view set candidate --select jammy=beta --from VIEW',
    };
    expect(() => planned({}, { ...view, state: { ...state, source: { select } } })).toThrow(
      expect.objectContaining(said),
    );
  });

  it('offers the bootloaders before it under a newer name, since MAAS unpacks only what it downloads', () => {
    const loaders = loadersIn('candidate', { [one]: 'good', [two]: 'bad' });
    const { change, lines } = planned({ release: 'bootloaders' }, loaders).views[0] ?? {};
    const again = '20261125.101500';
    expect(wordsIn(changedBy(loaders, change, at))).toEqual([{ [one]: 'loader good', [again]: 'loader good' }]);
    expect(lines?.map(({ does, version, name, newest }) => [does, version, name, newest])).toEqual([
      ['take back', two, undefined, again],
      ['offer', one, again, again],
    ]);
    const old = planned({ release: 'bootloaders', version: one }, loaders).views[0]?.change;
    expect(wordsIn(changedBy(loaders, old, at))).toEqual([{ [two]: 'loader bad' }]);
  });

  it('refuses to make a withdrawn version the newest again', () => {
    const request = { ...asked, does: 'withdraw', version: one, allViews: false } as const;
    const marked = changedBy(view, planWithdrawal(request, mirrorOf(view), at).views[0]?.change, at);
    expect(planned({}, marked).refusal).toMatchObject({
      name: 'Withdrawn',
      message: `noble ${one} is withdrawn since 2026-11-28`,
    });
    expect(planned({ version: one }, marked).refusal).toBeUndefined();
    expect(planned({}, marked).views[0]?.change?.withdrawn).toEqual(marked.state.withdrawals);
  });

  it('refuses to leave flavours with several roots', () => {
    expect(planned({ flavours: ['ga'] }).refusal).toMatchObject({
      name: 'ContractBroken',
      message: expect.stringContaining(`noble amd64 ga-24.04 ${one} with another root image than`),
      hint: 'remove what has the root image of all flavours together',
    });
    expect(planned({ flavours: ['hwe'] }).refusal).toBeUndefined();
  });

  it('remembers the content, so that no promotion brings it back', () => {
    const { change } = planned().views[0] ?? {};
    const ledger = keptLedger(view, { ...view, ...change }, at);
    expect(Object.values(ledger.products).map(({ removed }) => removed)).toEqual([
      [contentDigest(made('r2 g2'))],
      [contentDigest(made('r2 h2'))],
    ]);
  });

  it('refuses a version that the view does not have', () => {
    expect(() => planned({ version: '1' })).toThrow(expect.objectContaining({ name: 'NoSuchVersion', misuse: true }));
  });
});
