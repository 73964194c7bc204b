import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Asked } from '../../../../lib/operations/plans/asked';
import { planRollback } from '../../../../lib/operations/plans/back/rollback-plan';
import { planHold } from '../../../../lib/operations/plans/holds/hold-plan';
import type { MirrorContent } from '../../../../lib/operations/plans/planned';
import { keptLedger } from '../../../../lib/publication/state/kept-ledger';
import { tripleOf } from '../../../../lib/publication/state/product-key';
import type { ViewContent } from '../../../../lib/publication/state/view-content';
import { newestVersion } from '../../../../lib/simplestreams/merge';
import type { Product } from '../../../../lib/simplestreams/types';
import { bootloaderFields, bootloaderVersion, documentOf, itemOf } from '../../../simplestreams/made-documents';
import { inputsOf, made, mirrorOf, type Offered, plannedIn, viewWith, withInputs } from '../made';

const hold = {
  id: '0c1d2e3f4a5b',
  since: '2026-11-25T08:00:00Z',
  release: 'noble',
  architectures: [],
  flavours: [],
};

const at = new Date('2026-11-25T10:15:00Z');
const [one, two, three] = ['20261120.083000', '20261125.083000', '20261126.083000'];
const [ga, hwe] = ['ubuntu/noble/amd64/ga-24.04/generic', 'ubuntu/noble/amd64/hwe-24.04/generic'];
const flavours: Offered = {
  'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2' },
  'hwe-24.04': { [one]: 'r1 h1', [two]: 'r2 h2' },
};
const asked: Asked<'rollback'> = {
  ...{ does: 'rollback', view: 'candidate', release: 'noble', architectures: [], flavours: [], allViews: false },
  ...{ republish: false, by: 'anna@ops1', reason: 'NIC driver lost' },
};
const candidate = viewWith('candidate', flavours);

const planned = (request: Partial<Asked<'rollback'>>, ...views: ViewContent[]) =>
  plannedIn(planRollback, { ...asked, ...request }, mirrorOf(...(views.length > 0 ? views : [candidate])), at);

/** A view after its part of a plan was carried out. */
function rolledBack(content: ViewContent, plan: ReturnType<typeof planRollback>): ViewContent {
  const change = plan.views.find(({ view }) => view === content.view)?.change;
  return { ...content, ...change, view: content.view };
}

/** By MAAS's name of the kernel: the newest name, and what it boots. */
function newestOf({ documents }: ViewContent): Record<string, string> {
  const products = [...documents.values()].flatMap((document) => Object.values(document.products));
  return Object.fromEntries(products.map((product) => [product.subarch ?? product.os, newestIn(product)]));
}

function newestIn(product: Product): string {
  const name = newestVersion(product) ?? '';
  const version = product.versions[name];
  const { root = '', kernel = '' } = version === undefined ? {} : tripleOf(version);
  return `${name} ${words.get(root) ?? ''} ${words.get(kernel) ?? ''}`.trim();
}

const words = new Map(
  ['1', '2', '3', '4'].flatMap((n) =>
    ['g', 'h'].flatMap((flavour) => {
      const { root = '', kernel = '' } = tripleOf(made(`r${n} ${flavour}${n}`));
      return [[root, `r${n}`] as const, [kernel, `${flavour}${n}`] as const];
    }),
  ),
);

describe('rollback', () => {
  it('withdraws the newest version, and the one before is the newest under its own name', () => {
    const plan = planned({});
    const { change, lines } = plan.views[0] ?? {};
    expect(newestOf(rolledBack(candidate, plan))).toEqual({ 'ga-24.04': `${one} r1 g1`, 'hwe-24.04': `${one} r1 h1` });
    expect(lines).toEqual([
      { does: 'mark', product: ga, version: two },
      { does: 'mark', product: hwe, version: two },
      { does: 'take back', product: ga, version: two, before: two, newest: one },
      { does: 'take back', product: hwe, version: two, before: two, newest: one },
    ]);
    expect(change?.state?.withdrawals).toMatchObject([{ release: 'noble', version: two, reason: 'NIC driver lost' }]);
    const shelved = Object.values(change?.shelf?.products ?? {}).map(({ versions }) => versions);
    const entry = (words: string) => ({
      [two]: { why: 'withdrawn', since: '2026-11-25T10:15:00Z', instead: one, version: made(words) },
    });
    expect(shelved).toEqual([entry('r2 g2'), entry('r2 h2')]);
    expect(change?.note).toEqual({ what: 'rollback', by: 'anna@ops1', reason: 'NIC driver lost' });
  });

  it('forgets what was looked at last, which the withdrawal remembers, so that a build looks again after it is lifted', () => {
    const seen = withInputs(candidate, 'of two');
    const plan = planned({}, seen);
    const after = rolledBack(seen, plan);
    expect(inputsOf(after)).toEqual([undefined, undefined]);
    expect(Object.values(after.shelf.products).map(({ fields }) => fields.inputs)).toEqual([undefined, undefined]);
    expect(after.state.withdrawals[0]?.parts).toMatchObject(Array(2).fill({ made: { inputs: 'of two' } }));
  });

  it('does not take what was looked at last for inputs of the newest version while a newer one waits', () => {
    const [whole, offered] = [
      viewWith('candidate', { 'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2', [three]: 'r3 g3' } }),
      two,
    ];
    const hold: Asked<'hold'> = {
      does: 'hold',
      view: 'candidate',
      release: 'noble',
      architectures: [],
      flavours: [],
      at: offered,
    };
    const change = planHold(hold, mirrorOf(whole), at).views[0]?.change;
    const plan = planned({}, withInputs({ ...whole, ...change, view: 'candidate' }, 'of three'));
    const [part] = plan.views[0]?.change?.state?.withdrawals[0]?.parts ?? [];
    expect(part).toMatchObject({ version: two });
    expect(part?.made).not.toHaveProperty('inputs');
  });

  it('says how it is undone, and what a site downloads', () => {
    const { remarks } = planned({});
    expect(remarks).toContainEqual({ about: 'undo', commands: [`maas-mirror restore candidate noble ${two}`] });
    expect(remarks).toContainEqual({
      about: 'download',
      release: 'noble',
      architecture: 'amd64',
      bytes: expect.any(Number),
    });
    const scoped = planned({ architectures: ['amd64'], flavours: ['ga'], allViews: true }).remarks;
    expect(scoped).toContainEqual({
      about: 'undo',
      commands: [`maas-mirror restore candidate noble ${two} --arch amd64 --flavour ga --all-views`],
    });
  });

  it('says that a site may fetch the good version again, if the bad one was published within two hours', () => {
    const at = (time: string) => ({
      ...candidate,
      ledger: keptLedger(viewWith('candidate', {}), candidate, new Date(time)),
    });
    const told = (content: ViewContent, republish = false) =>
      planned({ republish }, content).remarks.filter(({ about }) => about === 'sites follow');
    expect(told(at('2026-11-25T08:30:00Z'))).toMatchObject([{ why: expect.stringContaining('--republish') }]);
    expect(told(at('2026-11-25T08:00:00Z'))).toEqual([]);
    expect(told(at('2026-11-25T08:30:00Z'), true)).toEqual([]);
    const mixed = planned({ flavours: ['hwe'] }, at('2026-11-25T08:30:00Z')).remarks;
    expect(mixed.filter(({ about }) => about === 'sites follow')).toEqual([]);
  });

  it('passes over what is withdrawn already, and what not every flavour has', () => {
    const content = viewWith('candidate', {
      'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2', [three]: 'r3 g3' },
      'hwe-24.04': { [one]: 'r1 h1', [three]: 'r3 h3' },
    });
    const plan = planned({}, content);
    expect(newestOf(rolledBack(content, plan))).toEqual({ 'ga-24.04': `${one} r1 g1`, 'hwe-24.04': `${one} r1 h1` });
    const [mark] = plan.views[0]?.change?.state?.withdrawals ?? [];
    expect(mark?.parts.map(({ version }) => version)).toEqual([three, three]);
    const whole = viewWith('candidate', {
      'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2', [three]: 'r3 g3' },
      'hwe-24.04': { [one]: 'r1 h1', [two]: 'r2 h2', [three]: 'r3 h3' },
    });
    const once = rolledBack(whole, planned({}, whole));
    expect(newestOf(once)).toEqual({ 'ga-24.04': `${two} r2 g2`, 'hwe-24.04': `${two} r2 h2` });
    expect(newestOf(rolledBack(once, planned({}, once)))).toEqual({
      'ga-24.04': `${one} r1 g1`,
      'hwe-24.04': `${one} r1 h1`,
    });
  });

  it('leaves a flavour alone whose newest version is older, and has the same root', () => {
    const content = viewWith('candidate', {
      'ga-24.04': { [one]: 'r1 g1', [two]: 'r1 g2' },
      'hwe-24.04': { [one]: 'r1 h1' },
    });
    const plan = planned({}, content);
    expect(newestOf(rolledBack(content, plan))).toEqual({ 'ga-24.04': `${one} r1 g1`, 'hwe-24.04': `${one} r1 h1` });
    expect(plan.views[0]?.lines.map(({ product }) => product)).toEqual([ga, ga]);
    expect(plan.remarks).toContainEqual({ about: 'only the kernel', product: ga, version: two, before: one });
  });

  it('takes back all flavours of one build, also where a promotion gave them different names', () => {
    const origin = { origin: `candidate/${two}` };
    const [older, renamed] = ['20261120.083000', '20261125.083000.101500'];
    const content = viewWith('stable', { 'ga-24.04': { [older]: 'r1 g1' }, 'hwe-24.04': { [older]: 'r1 h1' } });
    const [[id = '', document] = []] = content.documents;
    const products = Object.entries(document?.products ?? {}).map(([key, product], index) => {
      const [name, said] = index === 0 ? [renamed, 'r2 g2'] : [two, 'r2 h2'];
      return [key, { ...product, versions: { ...product.versions, [name]: made(said, origin) } }];
    });
    const stable = { ...content, documents: new Map([[id, documentOf(id, Object.fromEntries(products))]]) };
    const plan = planned({ view: 'stable' }, stable);
    const [mark] = plan.views[0]?.change?.state?.withdrawals ?? [];
    expect(mark?.parts.map(({ version }) => version)).toEqual([renamed, two]);
    expect(newestOf(rolledBack(stable, plan))).toEqual({ 'ga-24.04': `${older} r1 g1`, 'hwe-24.04': `${older} r1 h1` });
  });

  it('drops a flavour that has no earlier version, and says what depends on it', () => {
    const content = viewWith('candidate', { ...flavours, 'hwe-24.04': { [two]: 'r2 h2' } });
    const plan = planned({}, content);
    expect(newestOf(rolledBack(content, plan))).toEqual({ 'ga-24.04': `${one} r1 g1` });
    expect(plan.views[0]?.lines.at(-1)).toEqual({ does: 'drop', product: hwe });
    expect(plan.remarks.map(({ about }) => about)).toContain('depends');
    expect(plan.remarks.map(({ about }) => about)).toContain('keeps');
  });

  it('with republish offers the good version under a newer name as well', () => {
    const again = '20261125.101500';
    const plan = planned({ republish: true });
    expect(newestOf(rolledBack(candidate, plan))).toEqual({
      'ga-24.04': `${again} r1 g1`,
      'hwe-24.04': `${again} r1 h1`,
    });
    expect(plan.views[0]?.lines).toContainEqual({
      ...{ does: 'offer', product: ga, version: one, name: again, before: two, newest: again },
    });
    const products = [...rolledBack(candidate, plan).documents.values()].flatMap((each) =>
      Object.values(each.products),
    );
    expect(products.map(({ versions }) => versions[again]?.origin)).toEqual(Array(2).fill(`candidate/${one}`));
  });

  it('to a version withdraws everything above it', () => {
    const content = viewWith('candidate', {
      'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2', [three]: 'r3 g3' },
      'hwe-24.04': { [one]: 'r1 h1', [two]: 'r2 h2', [three]: 'r3 h3' },
    });
    const plan = planned({ to: one }, content);
    expect(newestOf(rolledBack(content, plan))).toEqual({ 'ga-24.04': `${one} r1 g1`, 'hwe-24.04': `${one} r1 h1` });
    const [mark] = plan.views[0]?.change?.state?.withdrawals ?? [];
    expect(mark?.parts.map(({ version }) => version)).toEqual([three, three, two, two]);
    expect(mark?.version).toBe(three);
    expect(planned({ to: three }, content).views).toEqual([{ view: 'candidate', lines: [] }]);
  });

  it('gives the good bootloader a newer name: MAAS unpacks only what it downloads', () => {
    const syslinux = itemOf('archive.tar.xz', 'bootloaders/pxe/i386/2/syslinux.tar.xz', { src_version: '2' });
    const versions = { '20261101': bootloaderVersion('1'), '20261125': { items: { syslinux } } };
    const loader: Product = { ...bootloaderFields, versions };
    const content = { ...candidate, documents: new Map([['loaders', documentOf('loaders', { loader })]]) };
    const plan = planned({ release: 'bootloaders' }, content);
    const [product] = [...rolledBack(content, plan).documents.values()].flatMap((one) => Object.values(one.products));
    expect(Object.keys(product?.versions ?? {})).toEqual(['20261101', '20261125.101500']);
    const again = { ...loader.versions['20261101'], origin: 'candidate/20261101' };
    expect(product?.versions['20261125.101500']).toEqual(again);
  });
});

describe('rollback of a flavour', () => {
  it('takes back kernel and initrd, and keeps the root of its sisters, under a newer name', () => {
    const plan = planned({ flavours: ['hwe'] });
    const changed = rolledBack(candidate, plan);
    const mixed = '20261125.101500';
    expect(newestOf(changed)).toEqual({ 'ga-24.04': `${two} r2 g2`, 'hwe-24.04': `${mixed} r2 h1` });
    const version = [...changed.documents.values()].flatMap((document) => Object.values(document.products))[1]
      ?.versions[mixed];
    expect(version).toMatchObject({ gate: 'waived', waived: 'rollback: NIC driver lost', kept_from: one });
    expect(plan.views[0]?.lines).toEqual([
      { does: 'mark', product: hwe, version: two },
      { does: 'take back', product: hwe, version: two, before: two, newest: mixed },
      { does: 'offer', product: hwe, version: one, name: mixed, before: two, newest: mixed },
    ]);
    expect(changed.state.withdrawals[0]?.parts[0]).not.toHaveProperty('root');
  });

  it('goes back by name where an earlier version has the same root', () => {
    const content = viewWith('candidate', { ...flavours, 'hwe-24.04': { [one]: 'r2 h1', [two]: 'r2 h2' } });
    expect(newestOf(rolledBack(content, planned({ flavours: ['hwe'] }, content)))).toEqual({
      'ga-24.04': `${two} r2 g2`,
      'hwe-24.04': `${one} r2 h1`,
    });
  });

  it('counts as booted if the view has the same root, kernel and initrd as booted', () => {
    const content = viewWith('candidate', { ...flavours, 'hwe-24.04': { [one]: 'r1 h1', [two]: 'r2 h2' } });
    const other = viewWith('candidate', { 'ga-24.04': { '1': 'r2 h1' } });
    const [[, document] = []] = other.documents;
    const twin = { twin: { ...Object.values(document?.products ?? {})[0], release: 'jammy' } as Product };
    const both = { ...content, documents: new Map([...content.documents, ['twin', documentOf('twin', twin)]]) };
    const offered = [...rolledBack(both, planned({ flavours: ['hwe'] }, both)).documents.values()];
    const mixed = offered.flatMap((one) =>
      Object.values(one.products).flatMap(({ versions }) => versions['20261125.101500'] ?? []),
    );
    expect(mixed).toEqual([expect.objectContaining({ gate: 'passed' })]);
    expect(mixed[0]).not.toHaveProperty('waived');
  });
});

describe('rollback in all views', () => {
  const names = { 'ga-24.04': { '1': 'r1 g1', '2': 'r2 g2' }, 'hwe-24.04': { '1': 'r1 h1', '2': 'r2 h2' } };
  const stable = viewWith('stable', names);
  const kind = (content: ViewContent, of: ViewContent['state']['kind'], from?: string): ViewContent => {
    const source = from === undefined ? {} : { source: { select: [{ from }] } };
    return { ...content, state: { ...content.state, kind: of, ...source } };
  };

  it('goes back wherever the version is the newest, by its content, in the named view last', () => {
    const later = viewWith('lab', { 'ga-24.04': { '2': 'r2 g2', '3': 'r3 g3' } });
    const plan = planned({ allViews: true }, candidate, stable, later);
    expect(
      plan.views.map(({ view, lines }) => [view, lines.filter(({ does }) => does === 'take back').length]),
    ).toEqual([
      ['lab', 0],
      ['stable', 2],
      ['candidate', 2],
    ]);
    expect(newestOf(rolledBack(stable, plan))).toEqual({ 'ga-24.04': '1 r1 g1', 'hwe-24.04': '1 r1 h1' });
    const ids = plan.views.map(({ change }) => change?.state?.withdrawals.map(({ id }) => id));
    expect(new Set(ids.flat()).size).toBe(1);
  });

  it('only marks what a selected view has, which follows, and leaves a snapshot alone', () => {
    const [follows, frozen] = [
      kind(viewWith('lab-2', names), 'selected', 'stable'),
      kind(viewWith('snapshots/may', names), 'frozen'),
    ];
    const plan = planned({ allViews: true }, candidate, stable, follows, frozen);
    expect(plan.views.map(({ view, change }) => [view, change?.documents !== undefined])).toEqual([
      ['lab-2', false],
      ['stable', true],
      ['candidate', true],
    ]);
    const still = plan.remarks.filter(({ about }) => about === 'still offered').map(({ view }) => view);
    expect(new Set(still)).toEqual(new Set(['snapshots/may']));
  });

  it('only marks it where there is nothing to go back to, and says so', () => {
    const only = viewWith('stable', { 'ga-24.04': { '2': 'r2 g2' } });
    const plan = planned({ allViews: true }, candidate, only);
    expect(plan.views[0]).toMatchObject({ view: 'stable', lines: [{ does: 'mark' }, { does: 'mark' }] });
    expect(plan.remarks.filter(({ about }) => about === 'still offered')).toMatchObject([{ view: 'stable' }]);
  });

  const promoted = (view: string, versions: Offered, more: Partial<ViewContent['state']> = {}): ViewContent => {
    const content = viewWith(view, versions);
    const documents = [...content.documents].map(([id, document]) => {
      const products = Object.entries(document.products).map(([key, product]) => {
        const built = Object.entries(product.versions).map(([name, version]) => {
          return [name, { ...version, origin: `candidate/${name}` }] as const;
        });
        return [key, { ...product, versions: Object.fromEntries(built) }] as const;
      });
      return [id, documentOf(id, Object.fromEntries(products))] as const;
    });
    const state = { ...content.state, kind: 'promoted' as const, ...more };
    return { ...content, documents: new Map(documents), state };
  };
  const first: Offered = { 'ga-24.04': { [two]: 'r2 g2' }, 'hwe-24.04': { [two]: 'r2 h2' } };
  const stillIn = (...views: ViewContent[]) =>
    planned({ allViews: true }, ...views)
      .remarks.filter(({ about }) => about === 'still offered')
      .map(({ view, why, commands }) => [view, why, commands] as const);
  const nothing = 'there is nothing before it to go back to';

  it('names the promotion that takes it away where nothing is before it, also for what follows that view', () => {
    const command = ['maas-mirror promote candidate stable noble'];
    const why = `${nothing}; instead, promote what candidate offers`;
    const follows = kind(viewWith('lab-2', first), 'selected', 'stable');
    expect(stillIn(candidate, promoted('stable', first), follows)).toEqual([
      ['lab-2', why, command],
      ['lab-2', why, command],
      ['stable', why, command],
      ['stable', why, command],
    ]);
  });

  it('names no promotion that would be refused or take nothing, and says what is needed', () => {
    const stuckIn = (more: Partial<ViewContent['state']>, from = candidate) =>
      stillIn(from, promoted('stable', first, more))[0];
    const promote = (more: object) => ({ source: { promote: { from: 'candidate', ...more } } });
    const later = ['stable', `${nothing}; once candidate offers a newer good one, promote it`, []];
    expect(stuckIn(promote({ after: '3d' }))).toEqual(later);
    expect(stuckIn(promote({ require: ['hw-lab'] }))).toEqual(later);
    expect(stuckIn({}, viewWith('candidate', { ...flavours, 'hwe-24.04': { [two]: 'r2 h2' } }))).toEqual(later);
    expect(stuckIn({ holds: [hold] })).toEqual([
      'stable',
      `${nothing}; instead, promote what candidate offers, once noble is not held there`,
      ['maas-mirror unhold stable noble', 'maas-mirror promote candidate stable noble'],
    ]);
    expect(stuckIn({ ...promote({ after: '3d' }), holds: [hold] })).toEqual([
      'stable',
      `${nothing}; once candidate offers a newer good one, promote it; noble is held there: unhold it first`,
      [],
    ]);
    const built = stillIn(candidate, viewWith('other', first))[0];
    expect(built).toEqual(['other', `${nothing}; publish a good one`, []]);
  });

  it('says of a view of several parts what its part of the product still offers, whatever its other parts follow', () => {
    const mix = viewWith('mix', first);
    const select = [{ from: 'stable', releases: ['noble'] }, { from: 'candidate' }];
    const selected = { ...mix, state: { ...mix.state, kind: 'selected' as const, source: { select } } };
    const still = planned({}, candidate, stable, selected).remarks.filter(({ about }) => about === 'still offered');
    expect(still.filter(({ view }) => view === 'mix').map(({ commands }) => commands)).toEqual(
      Array(2).fill(['maas-mirror rollback stable noble']),
    );
    const back = { select: [{ from: 'stable', releases: ['jammy'] }, { from: 'candidate' }] };
    const other = { ...selected, state: { ...selected.state, source: back } };
    const rest = planned({}, candidate, stable, other).remarks.filter(({ about }) => about === 'still offered');
    expect(rest.map(({ view }) => view)).toEqual(['stable', 'stable']);
  });

  it('without it says which views still offer the version', () => {
    const still = planned({}, candidate, stable).remarks.filter(({ about }) => about === 'still offered');
    expect(still.map(({ view, commands }) => [view, commands])).toEqual(
      Array(2).fill(['stable', ['maas-mirror rollback stable noble']]),
    );
  });
});

it('after a rollback, all flavours have one root, which is not withdrawn', () => {
  const versions = fc.dictionary(fc.constantFrom('1', '2', '3', '4'), fc.constant(true), {
    minKeys: 1,
    noNullPrototype: true,
  });
  const build = (flavour: string, names: Record<string, boolean>) =>
    Object.fromEntries(Object.keys(names).map((name) => [name, `r${name} ${flavour}${name}`]));
  fc.assert(
    fc.property(versions, versions, fc.boolean(), (some, others, republish) => {
      const top = { '4': true };
      const content = viewWith('candidate', {
        'ga-24.04': build('g', { ...some, ...top }),
        'hwe-24.04': build('h', { ...others, ...top }),
      });
      const hasEarlier = Object.keys({ ...some, ...others }).some((name) => name !== '4');
      if (!hasEarlier)
        return void expect(() => planned({ republish }, content)).toThrow('noble amd64 has no version before 4');
      const newest = Object.values(newestOf(rolledBack(content, planned({ republish }, content))));
      const roots = newest.map((said) => said.split(' ')[1]);
      expect(new Set(roots).size).toBe(1);
      expect(roots).not.toContain('r4');
    }),
  );
});

describe('refuses to roll back', () => {
  const fault = (request: Partial<Asked<'rollback'>>, ...views: ViewContent[]) => {
    try {
      planned(request, ...views);
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it('a view whose release has no earlier version, and says what can be done by now', () => {
    const content = viewWith('candidate', { 'ga-24.04': { [two]: 'r2 g2' } });
    const last = 'publish a good one; without one, only this stops offering it: maas-mirror view delete candidate';
    expect(fault({}, content)).toMatchObject({
      name: 'NoSuchVersion',
      message: `noble amd64 has no version before ${two}`,
      hint: `withdraw it, so that no view takes it: maas-mirror withdraw candidate noble ${two}; ${last}`,
    });
    const marks = planned({}, candidate).views[0]?.change?.state?.withdrawals ?? [];
    const marked = { ...content, state: { ...content.state, withdrawals: marks } };
    expect(fault({}, marked)).toMatchObject({ hint: last });
    const lab = {
      ...content.state,
      view: 'lab',
      kind: 'selected' as const,
      source: { select: [{ from: 'candidate' }] },
    };
    expect(fault({}, marked, { ...viewWith('lab', flavours), state: lab })).toMatchObject({
      hint: last.replace('maas-mirror', 'maas-mirror view set lab --from VIEW, then maas-mirror'),
    });
  });

  it('a flavour whose earlier versions are withdrawn, and names no removal, which would be refused too', () => {
    const twins = { 'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2' }, 'hwe-24.04': { [one]: 'r1 h2', [two]: 'r2 h2' } };
    expect(fault({ flavours: ['hwe'] }, viewWith('candidate', twins))).toMatchObject({
      hint: `withdraw it, so that no view takes it: maas-mirror withdraw candidate noble ${two} --flavour hwe; publish a good one`,
    });
  });

  it('a flavour without an earlier version, and names commands that reach no further than what was asked', () => {
    const older = { 'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2' }, 'hwe-24.04': { [two]: 'r2 h2' } };
    const end = `--arch amd64 --flavour hwe`;
    expect(fault({ architectures: ['amd64'], flavours: ['hwe'] }, viewWith('candidate', older))).toMatchObject({
      hint: `withdraw it, so that no view takes it: maas-mirror withdraw candidate noble ${two} ${end}; publish a good one; without one, only this stops offering it: maas-mirror remove candidate noble ${two} ${end}`,
    });
  });

  it('to a version that is not there, or is withdrawn', () => {
    expect(fault({ to: '20270101' })).toMatchObject({ name: 'NoSuchVersion', misuse: true });
    const bad: MirrorContent = mirrorOf(candidate);
    const plan = plannedIn(planRollback, { ...asked, to: one }, bad, at);
    const rolled = rolledBack(candidate, plan);
    expect(
      fault({ to: one, view: 'lab' }, rolled, viewWith('lab', { 'ga-24.04': { [one]: 'r2 g2', [two]: 'r1 g1' } })),
    ).toMatchObject({
      name: 'Withdrawn',
      message: `noble ${one} has the files of noble ${two}, which is withdrawn since 2026-11-25 (NIC driver lost)`,
    });
  });

  it('a flavour of a held release, which would get a new version', () => {
    const held = { ...candidate, state: { ...candidate.state, holds: [hold] } };
    expect(planned({}, held).refusal).toBeUndefined();
    expect(planned({ flavours: ['hwe'] }, held).refusal).toMatchObject({
      name: 'Held',
      message: 'noble has been held in candidate since 2026-11-25',
    });
  });

  it('a view that follows another, and says what to do', () => {
    const content = viewWith('lab-2', flavours);
    const state = { ...content.state, kind: 'selected' as const, source: { select: [{ from: 'stable' }] } };
    expect(fault({ view: 'lab-2' }, { ...content, state })).toMatchObject({
      name: 'BadInput',
      message: 'lab-2 follows stable',
      hint: 'roll back stable, or point lab-2 elsewhere: maas-mirror view set lab-2 --from VIEW',
      misuse: true,
    });
    const select = [{ from: 'beta', releases: ['jammy', 'bootloaders'] }, { from: 'stable' }];
    const mixed = { ...content, state: { ...state, source: { select } } };
    expect(fault({ view: 'lab-2' }, mixed)).toMatchObject({
      message: 'lab-2 selects jammy bootloaders from beta, all else from stable',
      hint: 'roll back stable, or point lab-2 elsewhere: maas-mirror view set lab-2 --select jammy,bootloaders=beta --from VIEW',
    });
    expect(fault({ view: 'lab-2', release: 'focal' }, mixed)).toMatchObject({
      hint: expect.stringMatching(/^roll back beta, stable, or /),
    });
  });
});
