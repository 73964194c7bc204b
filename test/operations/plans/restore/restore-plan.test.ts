import { describe, expect, it } from 'vitest';
import type { Asked } from '../../../../lib/operations/plans/asked';
import { planRollback } from '../../../../lib/operations/plans/back/rollback-plan';
import { planWithdrawal } from '../../../../lib/operations/plans/back/withdraw-plan';
import { planHold } from '../../../../lib/operations/plans/holds/hold-plan';
import type { Planned } from '../../../../lib/operations/plans/planned';
import { planRestoration } from '../../../../lib/operations/plans/restore/restore-plan';
import { keptLedger } from '../../../../lib/publication/state/kept-ledger';
import type { ViewContent } from '../../../../lib/publication/state/view-content';
import { newestVersion } from '../../../../lib/simplestreams/merge';
import type { Version } from '../../../../lib/simplestreams/types';
import { documentOf } from '../../../simplestreams/made-documents';
import { loadersIn, made, mirrorOf, type Offered, plannedIn, viewWith, wordsIn } from '../made';

const [monday, tuesday, friday] = ['23', '24', '27'].map((day) => new Date(`2026-11-${day}T10:15:00Z`)) as [
  Date,
  Date,
  Date,
];
const [one, two, three] = ['20261120.083000', '20261125.083000', '20261126.083000'];
const [ga, hwe] = ['ubuntu/noble/amd64/ga-24.04/generic', 'ubuntu/noble/amd64/hwe-24.04/generic'];
const flavours: Offered = {
  'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2' },
  'hwe-24.04': { [one]: 'r1 h1', [two]: 'r2 h2' },
};
const scope = { view: 'candidate', release: 'noble', architectures: [], flavours: [], allViews: false };
const rolling: Asked<'rollback'> = { does: 'rollback', ...scope, republish: false };
const asked: Asked<'restore'> = { does: 'restore', ...scope, version: two, by: 'anna@ops1' };

/** The views after a plan was carried out, with what is remembered of them. */
function carriedOut({ views }: Planned, at: Date, ...contents: ViewContent[]): ViewContent[] {
  return contents.map((content) => {
    const change = views.find(({ view }) => view === content.view)?.change;
    const next = { ...content, ...change, view: content.view };
    return { ...next, ledger: keptLedger(content, next, at) };
  });
}

const published = (view = 'candidate') => {
  const content = viewWith(view, flavours);
  return { ...content, ledger: keptLedger(viewWith(view, {}), content, monday) };
};
const rolledBack = (request: Partial<Asked<'rollback'>> = {}, ...views: ViewContent[]) => {
  const contents = views.length > 0 ? views : [published()];
  // The commit is a little later than the plan.
  const later = new Date(tuesday.getTime() + 30_000);
  return carriedOut(
    plannedIn(planRollback, { ...rolling, ...request }, mirrorOf(...contents), tuesday),
    later,
    ...contents,
  );
};
const restoring = (request: Partial<Asked<'restore'>>, ...views: ViewContent[]) =>
  plannedIn(planRestoration, { ...asked, ...request }, mirrorOf(...views), friday);
const restored = (request: Partial<Asked<'restore'>>, ...views: ViewContent[]) =>
  carriedOut(restoring(request, ...views), friday, ...views);

const versionsOf = ({ documents }: ViewContent) =>
  [...documents.values()].flatMap(({ products }) => Object.values(products).map(({ versions }) => versions));
const newestOf = ({ documents }: ViewContent) =>
  [...documents.values()].flatMap(({ products }) => Object.values(products).map((product) => newestVersion(product)));

/** Without the parts of marks that are of other architectures. */
function marksOf({ state }: ViewContent, architecture: string): ViewContent['state'] {
  const withdrawals = state.withdrawals.map((mark) => ({
    ...mark,
    parts: mark.parts.filter(({ product }) => product.includes(architecture)),
  }));
  return { ...state, withdrawals };
}

/** Except where it was built. */
const saidOf = ({ origin: _, ...version }: Version) => version;

/** The view with one more version of each product, as a build publishes it. */
function withBuild(content: ViewContent, name: string, words: string, at: Date): ViewContent {
  const [[id = '', document] = []] = content.documents;
  const products = Object.entries(document?.products ?? {}).map(([key, product]) => {
    return [key, { ...product, versions: { ...product.versions, [name]: made(words) } }] as const;
  });
  const next = { ...content, documents: new Map([[id, documentOf(id, Object.fromEntries(products))]]) };
  return { ...next, ledger: keptLedger(content, next, at) };
}

describe('restore', () => {
  it('lifts a withdrawal, and moves nothing where nothing was taken back', () => {
    const content = published();
    const plan = plannedIn(planWithdrawal, { does: 'withdraw', ...scope, version: two }, mirrorOf(content), tuesday);
    const [marked = content] = carriedOut(plan, tuesday, content);
    const { change, lines } = restoring({}, marked).views[0] ?? {};
    expect(change?.state?.withdrawals).toEqual([]);
    expect(change?.documents).toEqual(content.documents);
    expect(change?.note).toEqual({ what: 'restore', by: 'anna@ops1' });
    expect(lines).toEqual([
      { does: 'unmark', product: ga, version: two },
      { does: 'unmark', product: hwe, version: two },
    ]);
  });

  it.each([
    ['a rollback', {}],
    ['a rollback that published the good version again', { republish: true }],
    ['a rollback over several versions', { to: one }],
  ])('undoes %s: the same versions are offered, the same is the newest', (_, request) => {
    const content = withBuild(published(), three, 'r3 k3', monday);
    const [rolled = content] = rolledBack(request, content);
    expect(newestOf(rolled)).not.toEqual(newestOf(content));
    const [back = content] = restored({ version: three }, rolled);
    const expected = versionsOf(content).map((versions) => Object.values(versions));
    for (const [index, versions] of versionsOf(back).entries()) {
      expect(Object.values(versions).map(saidOf)).toEqual(expect.arrayContaining(expected[index]?.map(saidOf) ?? []));
      expect(versions[newestOf(back)[index] ?? '']).toMatchObject(made('r3 k3'));
    }
    expect(back.shelf.products).toEqual({});
  });

  it('undoes the rollback of a flavour, whose mixed version is not newer', () => {
    const [rolled = published()] = rolledBack({ flavours: ['hwe'] });
    const plan = restoring({}, rolled);
    const [back = rolled] = carriedOut(plan, friday, rolled);
    const [, versions = {}] = versionsOf(back);
    expect(versions[newestOf(back)[1] ?? '']).toEqual({ ...made('r2 h2'), origin: `candidate/${two}` });
    expect(plan.views[0]?.lines.map(({ does }) => does)).toEqual(['unmark', 'offer']);
  });

  it('lifts the mark of a product that the view has no more, by any name of its release, in part or whole', () => {
    const marks = planWithdrawal({ ...scope, does: 'withdraw', version: two }, mirrorOf(published()), tuesday);
    const [marked = published()] = carriedOut(marks, tuesday, published());
    const jammy = viewWith('candidate', { 'ga-22.04': { '9': 'r9 g9' } });
    const documents = new Map(
      [...jammy.documents].map(([id, document]) => {
        const products = Object.entries(document.products).map(([key, one]) => [
          key,
          {
            ...one,
            release: 'jammy',
            version: '22.04',
            release_title: '22.04 LTS',
            release_codename: 'Jammy Jellyfish',
          },
        ]);
        return [id, { ...document, products: Object.fromEntries(products) }];
      }),
    );
    const lost = { ...marked, documents };
    for (const release of ['noble', '24.04', 'Noble', '24.04 LTS']) {
      expect(restoring({ release }, lost).views[0]?.change?.state?.withdrawals).toEqual([]);
    }
    const half = restoring({ flavours: ['hwe'] }, lost).views[0]?.change?.state?.withdrawals;
    expect(half?.map(({ parts }) => parts.map(({ product }) => product))).toEqual([[ga]]);
    expect(() => restoring({ architectures: ['arm64'] }, lost)).toThrow(
      expect.objectContaining({ name: 'NoSuchVersion', misuse: true }),
    );
  });

  it('of an architecture leaves another one where the same rollback put it', () => {
    const content = published();
    const documents = new Map(
      [...content.documents].map(([id, document]) => {
        const arm = Object.entries(document.products).map(([key, one]) => [
          key.replace('amd64', 'arm64'),
          { ...one, arch: 'arm64' },
        ]);
        return [id, { ...document, products: { ...document.products, ...Object.fromEntries(arm) } }];
      }),
    );
    const [rolled = content] = rolledBack({}, { ...content, documents });
    expect(newestOf(rolled)).toEqual(Array(4).fill(one));
    // The mark of arm64 is lifted elsewhere: what remains of the rollback is collateral.
    const amd64 = restoring({ architectures: ['amd64'] }, { ...rolled, state: marksOf(rolled, 'amd64') });
    expect(amd64.views[0]?.lines.map(({ does, product }) => [does, product])).toEqual([
      ['unmark', ga],
      ['unmark', hwe],
      ['offer', ga],
      ['offer', hwe],
    ]);
  });

  it('brings back a flavour that the rollback dropped', () => {
    const content = viewWith('candidate', { ...flavours, 'hwe-24.04': { [two]: 'r2 h2' } });
    const [rolled = content] = rolledBack({}, content);
    expect(newestOf(rolled)).toEqual([one]);
    expect(versionsOf(restored({}, rolled)[0] ?? rolled)).toEqual(versionsOf(content));
  });

  it('does not offer it where something newer was published since', () => {
    const [rolled = published()] = rolledBack();
    const fixed = withBuild(rolled, three, 'r3 k3', new Date('2026-11-26T08:30:00Z'));
    const plan = restoring({}, fixed);
    const [back = fixed] = carriedOut(plan, friday, fixed);
    expect(versionsOf(back)).toEqual(versionsOf(fixed));
    expect(back.shelf.products).toEqual({});
    expect(plan.views[0]?.lines).toContainEqual({
      ...{ does: 'pass over', product: ga, version: two, why: 'a newer version was published since' },
    });
  });

  it('offers the newest also after an older one that the same rollback took back, under whatever name that came back', () => {
    const words = { [one]: 'r1 g1', [two]: 'r2 g2', [three]: 'r3 g3' };
    const [images, loaders] = [viewWith('candidate', { 'ga-24.04': words }), loadersIn('candidate', words)];
    const restoredInTurn = (content: ViewContent, request: Partial<Asked<'rollback'>>) => {
      const first = { ...content, ledger: keptLedger(viewWith('candidate', {}), content, monday) };
      const [rolled = first] = rolledBack({ to: one, ...request }, first);
      const { release = 'noble' } = request;
      const [older = rolled] = restored({ release, version: two }, rolled);
      const later = new Date(friday.getTime() + 3_600_000);
      const plan = plannedIn(planRestoration, { ...asked, release, version: three }, mirrorOf(older), later);
      return [plan.views[0]?.lines.map(({ does }) => does), ...carriedOut(plan, later, older).map(wordsIn)] as const;
    };
    const newest = (of: ReturnType<typeof restoredInTurn>) =>
      Object.entries(of[1]?.[0] ?? {})
        .sort()
        .at(-1)?.[1];
    for (const [content, request, last] of [
      [images, {}, 'r3 kernel g3'],
      [images, { republish: true }, 'r3 kernel g3'],
      [loaders, { release: 'bootloaders' }, 'loader r3 g3'],
    ] as const) {
      const back = restoredInTurn(content, request);
      expect([back[0], newest(back)]).toEqual([['unmark', 'offer'], last]);
    }
  });

  it('lets it wait as pending while the release is held', () => {
    const [rolled = published()] = rolledBack();
    const [held = rolled] = carriedOut(planHold({ does: 'hold', ...scope }, mirrorOf(rolled), friday), friday, rolled);
    const plan = restoring({}, held);
    const [back = held] = carriedOut(plan, friday, held);
    expect(newestOf(back)).toEqual([one, one]);
    const shelved = Object.values(back.shelf.products).flatMap(({ versions }) => Object.values(versions));
    expect(shelved.map(({ why }) => why)).toEqual(['held', 'held']);
    expect(plan.views[0]?.lines.at(-1)).toEqual({ does: 'hold back', product: hwe, version: two });
  });

  it('lets it wait with a held flavour, with which it must have one root', () => {
    const [rolled = published()] = rolledBack();
    const hold = { id: 'h1', since: '2026-11-25T00:00:00Z', release: 'noble', architectures: [] };
    const state = { ...rolled.state, holds: [{ ...hold, flavours: ['ga-24.04'] }] };
    const plan = restoring({}, { ...rolled, state });
    expect(newestOf({ ...rolled, ...plan.views[0]?.change, view: 'candidate' })).toEqual([one, one]);
    expect(plan.views[0]?.lines.filter(({ does }) => does === 'hold back')).toEqual([
      { does: 'hold back', product: ga, version: two },
      { does: 'hold back', product: hwe, version: two },
    ]);
  });

  it('of one version that a rollback over several took back leaves the others withdrawn', () => {
    const [rolled = published()] = rolledBack({ to: one }, withBuild(published(), three, 'r3 k3', monday));
    const [back = rolled] = restored({ version: two }, rolled);
    expect(newestOf(back)).toEqual([two, two]);
    const parts = back.state.withdrawals.flatMap((mark) =>
      mark.parts.map(({ product, version }) => [product, version]),
    );
    expect(parts.sort()).toEqual([
      [ga, three],
      [hwe, three],
    ]);
    const shelved = Object.values(back.shelf.products).flatMap(({ versions }) => Object.entries(versions));
    expect(shelved.map(([name, { why }]) => [name, why])).toEqual([
      [three, 'withdrawn'],
      [three, 'withdrawn'],
    ]);
  });

  it('of a flavour lifts only that part', () => {
    const [rolled = published()] = rolledBack();
    const plan = restoring({ flavours: ['ga'] }, rolled);
    expect(plan.views[0]?.change?.state?.withdrawals).toMatchObject([{ parts: [{ product: hwe }] }]);
  });

  it('finds the newest withdrawal, and a version by the name that it has here', () => {
    const [rolled = published()] = rolledBack();
    expect(restoring({ version: 'newest' }, rolled).views[0]?.lines).toContainEqual({
      ...{ does: 'unmark', product: ga, version: two },
    });
  });

  it('in all views lifts the one mark everywhere, in the named view last', () => {
    const stable = { ...viewWith('stable', { 'ga-24.04': { '1': 'r1 g1', '2': 'r2 g2' } }) };
    const all = rolledBack({ allViews: true }, published(), stable);
    const plan = restoring({ allViews: true }, ...all);
    expect(plan.views.map(({ view, change }) => [view, change?.state?.withdrawals])).toEqual([
      ['stable', []],
      ['candidate', []],
    ]);
    const [back, other] = carriedOut(plan, friday, ...all);
    expect(back && newestOf(back)).toEqual([two, two]);
    expect(other && newestOf(other)).toEqual(['2']);
    expect(restoring({ allViews: true, view: 'stable', version: '2' }, ...all).views).toHaveLength(2);
  });
});

describe('refuses to restore', () => {
  it('what is not withdrawn, and says what is', () => {
    const [rolled = published()] = rolledBack();
    expect(() => restoring({ version: one }, rolled)).toThrow(
      expect.objectContaining({
        name: 'NoSuchVersion',
        message: `noble ${one} is not withdrawn in the view candidate`,
        hint: `withdrawn there: ${two}`,
        misuse: true,
      }),
    );
  });

  it('what is withdrawn in another view, and says where', () => {
    const [rolled = published()] = rolledBack();
    expect(() => restoring({ view: 'lab' }, rolled, published('lab'))).toThrow(
      expect.objectContaining({ hint: `restore it where it is: maas-mirror restore candidate noble ${two}` }),
    );
  });

  it('in one view what is withdrawn in all', () => {
    const all = rolledBack({ allViews: true }, published(), published('stable'));
    expect(() => restoring({}, ...all)).toThrow(
      expect.objectContaining({
        name: 'BadInput',
        hint: `restore it in all of them: maas-mirror restore candidate noble ${two} --all-views`,
      }),
    );
  });
});
