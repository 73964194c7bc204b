import { describe, expect, it } from 'vitest';
import type { Asked } from '../../../../lib/operations/plans/asked';
import { planRollback } from '../../../../lib/operations/plans/back/rollback-plan';
import { planWithdrawal } from '../../../../lib/operations/plans/back/withdraw-plan';
import { planHold } from '../../../../lib/operations/plans/holds/hold-plan';
import type { Planned } from '../../../../lib/operations/plans/planned';
import { planRestoration } from '../../../../lib/operations/plans/restore/restore-plan';
import { contentDigest } from '../../../../lib/publication/state/product-key';
import type { ViewContent } from '../../../../lib/publication/state/view-content';
import type { Product } from '../../../../lib/simplestreams/types';
import { itemOf } from '../../../simplestreams/made-documents';
import { changedBy, loadersIn, made, mirrorOf, plannedIn, viewWith } from '../made';

const at = new Date('2026-11-25T09:12:00Z');
const [one, two] = ['20261120.083000', '20261125.083000'];
const flavours = { 'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2' }, 'hwe-24.04': { [one]: 'r1 h1', [two]: 'r2 h2' } };
const candidate = viewWith('candidate', flavours);
const scope = { view: 'candidate', release: 'noble', architectures: [], flavours: [], allViews: false };
const withdraw: Asked<'withdraw'> = { does: 'withdraw', ...scope, version: 'newest' };
const rollback: Asked<'rollback'> = { does: 'rollback', ...scope, republish: false };
const hold = { id: '0c1d2e3f4a5b', since: '2026-11-25T08:00:00Z', release: 'noble', architectures: [], flavours: [] };

const withdrawing = (request: Partial<Asked<'withdraw'>>, ...views: ViewContent[]) =>
  plannedIn(planWithdrawal, { ...withdraw, ...request }, mirrorOf(...views), at);
const rolling = (request: Partial<Asked<'rollback'>>, ...views: ViewContent[]) =>
  plannedIn(planRollback, { ...rollback, ...request }, mirrorOf(...views), at);
const afterPlan = (content: ViewContent, { views }: Planned) =>
  changedBy(content, views.find(({ view }) => view === content.view)?.change, at);
const undoOf = ({ remarks }: Planned) => remarks.filter(({ about }) => about === 'undo');
const stillIn = ({ remarks }: Planned, name: string) =>
  remarks.flatMap(({ about, view, commands, why }) =>
    about === 'still offered' && view === name ? [[commands, why] as const] : [],
  );
const withState = (content: ViewContent, more: Partial<ViewContent['state']>): ViewContent => ({
  ...content,
  state: { ...content.state, ...more },
});

describe('the command that lifts a withdrawal again', () => {
  const command = `maas-mirror restore candidate noble ${two}`;
  const why = 'lift the withdrawal, which does not leave everything as it was';

  it('is printed with what it does if it lifts an older one of the same version, too', () => {
    const marked = afterPlan(candidate, withdrawing({ flavours: ['hwe'] }, candidate));
    expect(undoOf(withdrawing({}, marked))).toEqual([{ about: 'undo', commands: [command], why }]);
    expect(undoOf(rolling({}, marked))).toEqual([{ about: 'undo', commands: [command], why }]);
    expect(undoOf(rolling({ flavours: ['hwe'] }, marked))).toMatchObject([{ why }]);
  });

  it('is in all views if the older one is, since it would be refused otherwise', () => {
    const marked = afterPlan(candidate, withdrawing({ flavours: ['hwe'], allViews: true }, candidate));
    const undo = { about: 'undo', commands: [`${command} --all-views`], why };
    expect([undoOf(withdrawing({}, marked)), undoOf(rolling({}, marked))]).toEqual([[undo], [undo]]);
  });

  it('is printed with what it does if what it brings back is held, and waits', () => {
    expect(undoOf(rolling({}, withState(candidate, { holds: [hold] })))).toMatchObject([{ commands: [command], why }]);
  });
});

describe('a restoration', () => {
  const restoring = (request: Partial<Asked<'restore'>>, ...views: ViewContent[]) =>
    planRestoration({ does: 'restore', ...scope, version: 'newest', ...request }, mirrorOf(...views), at);

  it('says of what it does not bring back where it is still withdrawn', () => {
    const rolled = afterPlan(candidate, rolling({}, candidate));
    const stable = viewWith('stable', flavours);
    const marked = afterPlan(stable, withdrawing({ view: 'stable' }, stable));
    const why = 'still withdrawn in stable';
    const lines = (views: Planned['views']) => views[0]?.lines.map((one) => [one.does, one.version, one.why]);
    expect(lines(restoring({}, rolled, marked).views)).toEqual([
      ...Array(2).fill(['unmark', two, undefined]),
      ...Array(2).fill(['pass over', two, why]),
    ]);
    expect(lines(restoring({}, rolled).views)).toContainEqual(['offer', two, undefined]);
  });

  it('in all views names no undo that would be refused in one of them, whose release is held', () => {
    const rolled = afterPlan(candidate, rolling({ flavours: ['hwe'], allViews: true }, candidate));
    const { withdrawals } = rolled.state;
    const undo = (holds: ViewContent['state']['holds']) => {
      const stable = withState(viewWith('stable', flavours), { withdrawals, holds });
      const asked: Asked<'restore'> = { does: 'restore', ...scope, version: 'newest', allViews: true };
      return undoOf(plannedIn(planRestoration, asked, mirrorOf(rolled, stable), at));
    };
    expect(undo([hold])).toEqual([]);
    const commands = ['maas-mirror rollback candidate noble --flavour hwe --all-views'];
    const why = 'roll it back again, which does not leave everything as it was';
    expect(undo([])).toEqual([{ about: 'undo', commands, why }]);
  });

  it('of the newest refuses where nothing is withdrawn, and says where something is', () => {
    const stable = viewWith('stable', flavours);
    const marked = afterPlan(stable, withdrawing({ view: 'stable' }, stable));
    expect(() => restoring({}, candidate)).toThrow('nothing of noble is withdrawn in the view candidate');
    expect(() => restoring({}, candidate, marked)).toThrow(
      expect.objectContaining({ hint: `restore it where it is: maas-mirror restore stable noble ${two}` }),
    );
  });
});

describe('the command that lifts a hold again', () => {
  const holding: Asked<'hold'> = { does: 'hold', view: 'candidate', release: 'noble', architectures: [], flavours: [] };
  const undone = (content: ViewContent, request: Partial<Asked<'hold'>>) =>
    undoOf(planHold({ ...holding, ...request }, mirrorOf(content), at));

  it('is printed with what it does if what left the view is withdrawn, and does not come back', () => {
    const marked = afterPlan(candidate, withdrawing({}, candidate));
    const why = 'lift the hold, which does not leave everything as it was';
    const commands = ['maas-mirror unhold candidate noble'];
    expect(undone(marked, { at: one })).toEqual([{ about: 'undo', commands, why }]);
    expect(undone(candidate, { at: one })).toEqual([{ about: 'undo', commands }]);
  });

  it('does not set a hold again that has ended', () => {
    const ended = (until: string) => withState(candidate, { holds: [{ ...hold, at: two, until }] });
    expect(undone(ended('2026-11-25T09:00:00Z'), {})).toMatchObject([
      { commands: ['maas-mirror unhold candidate noble'] },
    ]);
    expect(undone(ended('2026-11-26T09:00:00Z'), {})).toMatchObject([
      { commands: [expect.stringContaining('--until')] },
    ]);
  });
});

describe('the way back of a view that goes on offering what is withdrawn', () => {
  it('names the flavour as the view has it, where its kernel has another name there', () => {
    const twins = { 'ga-24.04': { [one]: 'r1 k1', [two]: 'r2 k2' }, 'hwe-24.04': { [one]: 'r1 k1', [two]: 'r2 k2' } };
    const stable = viewWith('stable', { 'ga-24.04': twins['ga-24.04'] });
    const plan = withdrawing({ flavours: ['hwe'] }, viewWith('candidate', twins), stable);
    expect(stillIn(plan, 'stable')).toEqual([
      [['maas-mirror rollback stable noble --arch amd64 --flavour ga-24.04'], undefined],
    ]);
  });

  it('says that the view must be unheld first, where an older kernel with this root would be new to it', () => {
    const stable = withState(viewWith('stable', flavours), { holds: [hold] });
    const plan = withdrawing({ flavours: ['hwe'] }, candidate, stable);
    const commands = ['maas-mirror unhold stable noble', 'maas-mirror rollback stable noble --flavour hwe'];
    expect(stillIn(plan, 'stable')).toEqual([[commands, 'noble is held there']]);
    expect(stillIn(withdrawing({}, candidate, stable), 'stable')[0]).toEqual([
      ['maas-mirror rollback stable noble'],
      undefined,
    ]);
  });

  it('says that the end of the hold is enough, where something good waits', () => {
    const three = '20261126.083000';
    const full = { 'ga-24.04': { [one]: 'r1 g1', [two]: 'r1 g2', [three]: 'r1 g3' } };
    const view = (name: string) => viewWith(name, full);
    const asked: Asked<'hold'> = {
      does: 'hold',
      view: 'stable',
      release: 'noble',
      architectures: [],
      flavours: [],
      at: two,
    };
    const held = afterPlan(view('stable'), planHold(asked, mirrorOf(view('stable')), at));
    const only = (names: Readonly<Record<string, string>>) => viewWith('candidate', { 'ga-24.04': names });
    const plan = withdrawing({}, only({ [one]: 'r1 g1', [two]: 'r1 g2' }), withoutFirst(held, one));
    expect(stillIn(plan, 'stable')).toEqual([[['maas-mirror unhold stable noble'], 'noble is held there']]);
  });

  it('takes back only the bootloader that is withdrawn, where another one has nothing before it', () => {
    const loaders = { [one]: '1', [two]: '2' };
    const stable = withOther(loadersIn('stable', loaders), { os: 'other', versions: { [two]: words('9') } });
    const both = withOther(loadersIn('candidate', loaders), { os: 'other', versions: { [two]: words('9') } });
    const plan = withdrawing({ release: 'bootloaders' }, both, stable);
    const why = 'there is nothing before it to go back to; publish a good one';
    expect(stillIn(plan, 'stable')).toEqual([
      [['maas-mirror rollback stable bootloaders --arch i386 --flavour pxelinux'], undefined],
      [[], why],
    ]);
  });

  it('prefers what takes back nothing else: another bootloader may be newer, and good', () => {
    const loaders = { [one]: '1', [two]: '2' };
    const newer = { [one]: words('7'), '20261126.083000': words('8') };
    const stable = withOther(loadersIn('stable', loaders), { os: 'other', versions: newer });
    const plan = withdrawing({ release: 'bootloaders' }, loadersIn('candidate', loaders), stable);
    expect(stillIn(plan, 'stable')).toEqual([
      [['maas-mirror rollback stable bootloaders --arch i386 --flavour pxelinux'], undefined],
    ]);
  });

  it('prefers the architecture alone, where others have newer versions, which are good', () => {
    const [arm] = viewWith('stable', { 'ga-24.04': { [one]: 'r3 g3', [two]: 'r4 g4' } }).documents.values();
    const stable = withOther(viewWith('stable', flavours), { ...Object.values(arm?.products ?? {})[0], arch: 'arm64' });
    expect(stillIn(withdrawing({}, candidate, stable), 'stable')).toEqual(
      Array(2).fill([['maas-mirror rollback stable noble --arch amd64'], undefined]),
    );
  });

  it('names no promotion past a view that is between: of views that are filled by hand, it is not known from where', () => {
    const promoted = (view: string, from?: string) => {
      const source = from === undefined ? {} : { source: { promote: { from, require: [] } } };
      const content = viewWith(view, { 'ga-24.04': { [two]: 'r2 g2' }, 'hwe-24.04': { [two]: 'r2 h2' } });
      return withState(withOrigin(content), { kind: 'promoted', ...source });
    };
    const nothing = 'there is nothing before it to go back to';
    const still = (...views: ViewContent[]) => stillIn(rolling({}, candidate, ...views), views.at(-1)?.view ?? '')[0];
    const command = (from: string, to: string) => [`maas-mirror promote ${from} ${to} noble`];
    expect(still(promoted('stable'))).toMatchObject([command('candidate', 'stable'), expect.anything()]);
    expect(still(promoted('stable'), promoted('lab'))).toEqual([[], `${nothing}; promote a good one`]);
    expect(still(promoted('stable'), promoted('lab', 'stable'))).toEqual([
      [],
      `${nothing}; once stable offers a newer good one, promote it`,
    ]);
    const failed = viewWith('candidate', flavours);
    const row = { top: two, gone: {}, since: {}, attested: { [contentDigest(made('r1 g1'))]: [result] } };
    const stable = { ...promoted('stable'), ledger: { ...failed.ledger, products: { [gaIn('stable')]: row } } };
    expect(still(stable)).toEqual([[], `${nothing}; once candidate offers a newer good one, promote it`]);
  });

  it('is a promotion from a view that offers a good one, where it is not known from where the view is filled', () => {
    const bad = viewWith('stable', { 'ga-24.04': { [two]: 'r2 g2' }, 'hwe-24.04': { [two]: 'r2 h2' } });
    const stable = withState(bad, { kind: 'promoted' });
    const why = 'there is nothing before it to go back to; instead, promote what candidate offers';
    const command = 'maas-mirror promote candidate stable noble';
    expect(stillIn(rolling({}, candidate, stable), 'stable')).toEqual(Array(2).fill([[command], why]));
    const held = withState(stable, { holds: [hold] });
    expect(stillIn(rolling({}, candidate, held), 'stable')).toEqual(
      Array(2).fill([['maas-mirror unhold stable noble', command], `${why}, once noble is not held there`]),
    );
  });

  it('is another source, for a view whose source is missing or never changes, and no word to be filled in', () => {
    const following = (view: string, select: readonly { from: string; releases?: string[] }[]) =>
      withState(viewWith(view, flavours), { kind: 'selected', source: { select } });
    const stable = viewWith('stable', { 'ga-24.04': { [one]: 'r1 g1' }, 'hwe-24.04': { [one]: 'r1 h1' } });
    const may = withState(viewWith('snapshots/may', flavours), { kind: 'frozen' });
    const away = (from: string, which: string, ...views: ViewContent[]) =>
      stillIn(
        withdrawing({}, candidate, following('lab', [{ from: 'other', releases: ['jammy'] }, { from }]), ...views),
        'lab',
      )[0] ?? [which];
    const gone = 'gone, which it follows, does not exist; point it elsewhere, such as to stable';
    const set = ['maas-mirror view set lab --select jammy=other --from stable'];
    expect(away('gone', 'missing', stable)).toEqual([set, gone]);
    expect(away('snapshots/may', 'frozen', may, stable)).toEqual([
      set,
      'snapshots/may, which it follows, never changes; point it elsewhere, such as to stable',
    ]);
    expect(away('gone', 'without another')).toEqual([
      [],
      'gone, which it follows, does not exist; point it to a view that offers a good one (view set lab)',
    ]);
  });

  it('is an update, for a view that has stayed behind the one that it follows', () => {
    const source = { select: [{ from: 'stable' }] };
    const behind = withState(viewWith('lab', flavours), { kind: 'selected', source });
    const stable = viewWith('stable', { 'ga-24.04': { [one]: 'r1 g1' }, 'hwe-24.04': { [one]: 'r1 h1' } });
    expect(stillIn(withdrawing({}, candidate, stable, behind), 'lab')).toEqual(
      Array(2).fill([['maas-mirror repair'], 'stable, which it follows, does not any more']),
    );
  });
});

/** The view, whose products do not have this version any more. */
function withoutFirst(content: ViewContent, name: string): ViewContent {
  const documents = [...content.documents].map(([id, document]) => {
    const products = Object.entries(document.products).map(([key, product]) => {
      const { [name]: _gone, ...versions } = product.versions;
      return [key, { ...product, versions }] as const;
    });
    return [id, { ...document, products: Object.fromEntries(products) }] as const;
  });
  return { ...content, documents: new Map(documents) };
}

const result = { check: 'hw-lab', passed: false, at: '2026-11-24T00:00:00Z', view: 'stable', version: one };
const gaIn = (view: string) => `com.ubuntu.maas.${view}:v3:boot:24.04:amd64:ga-24.04`;
const words = (said: string) => ({ items: { syslinux: itemOf('archive.tar.xz', `loader ${said}`) } });

/** The view with another product, whose other fields are those of its first one. */
function withOther(content: ViewContent, fields: Partial<Product>): ViewContent {
  const documents = [...content.documents].map(([id, document]) => {
    const [first = { versions: {} }] = Object.values(document.products);
    return [id, { ...document, products: { ...document.products, other: { ...first, ...fields } } }] as const;
  });
  return { ...content, documents: new Map(documents) };
}

/** The view, whose versions were built in candidate. */
function withOrigin(content: ViewContent): ViewContent {
  const documents = [...content.documents].map(([id, document]) => {
    const products = Object.entries(document.products).map(([key, product]) => {
      const built = Object.entries(product.versions).map(([name, version]) => {
        return [name, { ...version, origin: `candidate/${name}` }] as const;
      });
      return [key, { ...product, versions: Object.fromEntries(built) }] as const;
    });
    return [id, { ...document, products: Object.fromEntries(products) }] as const;
  });
  return { ...content, documents: new Map(documents) };
}
