import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Asked } from '../../../../lib/operations/plans/asked';
import { planWithdrawal } from '../../../../lib/operations/plans/back/withdraw-plan';
import type { MirrorContent, Planned } from '../../../../lib/operations/plans/planned';
import { planRestoration } from '../../../../lib/operations/plans/restore/restore-plan';
import type { ViewContent } from '../../../../lib/publication/state/view-content';
import { mirrorOf, plannedIn, viewWith } from '../made';
import '../../../fixtures/needs-seconds';

const at = new Date('2026-11-25T09:12:00Z');
const [one, two] = ['20261120.083000', '20261125.083000'];
const flavours = { 'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2' }, 'hwe-24.04': { [one]: 'r1 h1', [two]: 'r2 h2' } };
const [ga, hwe] = ['ubuntu/noble/amd64/ga-24.04/generic', 'ubuntu/noble/amd64/hwe-24.04/generic'];
const candidate = viewWith('candidate', flavours);
const stable = viewWith('stable', { 'ga-24.04': { [one]: 'r1 g1' } });
const frozen = viewWith('snapshots/may', flavours);
const asked: Asked<'withdraw'> = {
  ...{ does: 'withdraw', view: 'candidate', release: 'noble', version: two, architectures: [], flavours: [] },
  ...{ allViews: false, by: 'anna@ops1', reason: 'NIC driver lost' },
};

const statesOf = ({ views }: Planned) => views.map(({ view, change }) => [view, change?.state?.withdrawals] as const);
const remarksOf = ({ remarks }: Planned, about: string) => remarks.filter((remark) => remark.about === about);

/** The view with its products of amd64 on other architectures. */
function withArchitectures(content: ViewContent, ...architectures: string[]): ViewContent {
  const documents = [...content.documents].map(([id, document]) => {
    const products = Object.entries(document.products).flatMap(([key, one]) =>
      architectures.map((arch) => [key.replace('amd64', arch), { ...one, arch }] as const),
    );
    return [id, { ...document, products: Object.fromEntries(products) }] as const;
  });
  return { ...content, documents: new Map(documents) };
}

/** The mirror after a plan was carried out. */
function carriedOut({ views }: Planned, mirror: MirrorContent): MirrorContent {
  const changed = [...mirror.views.values()].map((content) => {
    const state = views.find(({ view }) => view === content.view)?.change?.state;
    return state === undefined ? content : { ...content, state };
  });
  return mirrorOf(...changed);
}

describe('withdraw', () => {
  it('marks the version of every product that has it, and moves nothing', () => {
    const plan = plannedIn(planWithdrawal, asked, mirrorOf(candidate, stable), at);
    expect(plan.views).toHaveLength(1);
    expect(plan.views[0]?.lines).toEqual([
      { does: 'mark', product: ga, version: two },
      { does: 'mark', product: hwe, version: two },
    ]);
    const { change } = plan.views[0] ?? {};
    expect(change).toEqual({
      state: expect.anything(),
      note: { what: 'withdraw', by: 'anna@ops1', reason: 'NIC driver lost' },
    });
    expect(change?.state?.withdrawals).toMatchObject([
      {
        id: expect.stringMatching(/^[0-9a-f]{12}$/),
        at: '2026-11-25T09:12:00Z',
        by: 'anna@ops1',
        view: 'candidate',
        release: 'noble',
        version: two,
      },
    ]);
  });

  it('marks only the kernel of a flavour', () => {
    const plan = plannedIn(planWithdrawal, { ...asked, flavours: ['ga'] }, mirrorOf(candidate), at);
    const [mark] = plan.views[0]?.change?.state?.withdrawals ?? [];
    expect(mark?.parts).toMatchObject([{ product: ga, kernel: expect.anything() }]);
    expect(mark?.parts[0]).not.toHaveProperty('root');
  });

  it('sets the same mark in all views that are not frozen, the named one first', () => {
    const frozenState = { ...frozen.state, kind: 'frozen' as const };
    const mirror = mirrorOf({ ...frozen, state: frozenState }, stable, candidate);
    const marks = statesOf(plannedIn(planWithdrawal, { ...asked, allViews: true }, mirror, at));
    expect(marks.map(([view]) => view)).toEqual(['candidate', 'stable']);
    expect(marks[0]?.[1]).toEqual(marks[1]?.[1]);
    expect(marks[0]?.[1]).toMatchObject([{ everywhere: true }]);
  });

  it('changes nothing where the mark is already, also when it is asked again later', () => {
    const mirror = carriedOut(
      plannedIn(planWithdrawal, asked, mirrorOf(candidate, stable), at),
      mirrorOf(candidate, stable),
    );
    const again = plannedIn(planWithdrawal, asked, mirror, new Date('2026-11-26T00:00:00Z'));
    expect(again.views).toEqual([{ view: 'candidate', lines: [] }]);
    const everywhere = statesOf(
      plannedIn(planWithdrawal, { ...asked, allViews: true }, mirror, new Date('2026-11-26T00:00:00Z')),
    );
    expect(everywhere.map(([, marks]) => marks?.[0]?.id)).toEqual(
      Array(2).fill(mirror.views.get('candidate')?.state.withdrawals[0]?.id),
    );
  });

  it('says where the version is still the newest, with the command that takes it back, and what else it matches', () => {
    const later = viewWith('lab', { 'ga-24.04': { [two]: 'r2 g2', '20261128.083000': 'r3 g3' } });
    const plan = plannedIn(planWithdrawal, asked, mirrorOf(candidate, stable, later), at);
    expect(remarksOf(plan, 'still offered')).toEqual([
      {
        about: 'still offered',
        view: 'candidate',
        product: ga,
        version: two,
        commands: ['maas-mirror rollback candidate noble'],
      },
      {
        about: 'still offered',
        view: 'candidate',
        product: hwe,
        version: two,
        commands: ['maas-mirror rollback candidate noble'],
      },
    ]);
    expect(remarksOf(plan, 'matched')).toEqual([
      { about: 'matched', view: 'lab', product: ga, version: two, why: 'version' },
    ]);
    expect(remarksOf(plan, 'undo')).toEqual([
      { about: 'undo', commands: [`maas-mirror restore candidate noble ${two}`] },
    ]);
  });

  it('names the commands that lift it again and take it back with what was marked, and none that lifts an older mark', () => {
    const scoped = { ...asked, flavours: ['ga'], architectures: ['amd64'] };
    const undo = (request: Asked<'withdraw'>, mirror = mirrorOf(candidate, stable)) =>
      remarksOf(plannedIn(planWithdrawal, request, mirror, at), 'undo').flatMap(({ commands }) => commands);
    const command = `maas-mirror restore candidate noble ${two}`;
    expect(undo({ ...asked, allViews: true })).toEqual([`${command} --all-views`]);
    expect(undo(scoped)).toEqual([`${command} --arch amd64 --flavour ga`]);
    expect(undo({ ...scoped, allViews: true })).toEqual([`${command} --arch amd64 --flavour ga --all-views`]);
    expect(
      undo(asked, carriedOut(plannedIn(planWithdrawal, asked, mirrorOf(candidate), at), mirrorOf(candidate))),
    ).toEqual([]);
    const [still] = remarksOf(plannedIn(planWithdrawal, scoped, mirrorOf(candidate), at), 'still offered');
    expect(still?.commands).toEqual(['maas-mirror rollback candidate noble --arch amd64 --flavour ga']);
  });

  it('says of a selected view which source takes it back, or that it must leave a snapshot', () => {
    const follows = (view: string, from: string) => {
      const content = viewWith(view, { 'ga-24.04': { [two]: 'r2 g2' } });
      return { ...content, state: { ...content.state, kind: 'selected' as const, source: { select: [{ from }] } } };
    };
    const may = { ...frozen, state: { ...frozen.state, kind: 'frozen' as const } };
    const views = [candidate, may, follows('lab-2', 'lab-1'), follows('lab-1', 'candidate'), follows('old', may.view)];
    const still = remarksOf(plannedIn(planWithdrawal, asked, mirrorOf(...views), at), 'still offered');
    const commands = new Map(still.map(({ view, commands: some }) => [view, some]));
    expect(commands.get('lab-2')).toEqual(['maas-mirror rollback candidate noble']);
    expect(commands.get('old')).toEqual([]);
    expect([commands.has(may.view), commands.get(may.view)]).toEqual([true, undefined]);
  });

  it('names no command that would be refused: where nothing is before it, or only on other architectures', () => {
    const only = { 'ga-24.04': { [two]: 'r2 g2' } };
    const site = viewWith('lab-1', only);
    const follows = { ...site.state, kind: 'selected' as const, source: { select: [{ from: 'lab' }] } };
    const [arm] = [...viewWith('edge', { 'ga-24.04': { [two]: 'r3 g3' } }).documents.values()];
    const withArm = (content: ViewContent): ViewContent => {
      const documents = [...content.documents].map(([id, document]) => {
        const added = { versions: {}, ...Object.values(arm?.products ?? {})[0], arch: 'arm64' };
        return [id, { ...document, products: { ...document.products, arm64: added } }] as const;
      });
      return { ...content, documents: new Map(documents) };
    };
    const edge = withArm(viewWith('edge', { 'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2' } }));
    const views = [withArm(candidate), viewWith('lab', only), { ...site, state: follows }, edge];
    const plan = plannedIn(planWithdrawal, asked, mirrorOf(...views), at);
    const still = remarksOf(plan, 'still offered').filter(({ view }) => view !== 'candidate');
    const why = 'there is nothing before it to go back to; publish a good one';
    expect(still.map(({ view, commands, why }) => [view, commands, why])).toEqual([
      ['edge', ['maas-mirror rollback edge noble --arch amd64'], undefined],
      ['edge', [], why],
      ['lab', [], why],
      ['lab-1', [], why],
    ]);
  });

  it('says if only the kernel differs from the version before, unless only the kernel is withdrawn', () => {
    const mirror = mirrorOf(viewWith('candidate', { 'ga-24.04': { [one]: 'r1 g1', [two]: 'r1 g2' } }));
    const remark = { about: 'only the kernel', product: ga, version: two, before: one };
    expect(remarksOf(plannedIn(planWithdrawal, asked, mirror, at), 'only the kernel')).toEqual([remark]);
    expect(remarksOf(plannedIn(planWithdrawal, { ...asked, flavours: ['ga'] }, mirror, at), 'only the kernel')).toEqual(
      [],
    );
    expect(remarksOf(plannedIn(planWithdrawal, asked, mirrorOf(candidate), at), 'only the kernel')).toEqual([]);
  });
});

describe('a version that is withdrawn on some architectures already', () => {
  const [armGa, armHwe] = [ga.replace('amd64', 'arm64'), hwe.replace('amd64', 'arm64')];
  const both = withArchitectures(candidate, 'amd64', 'arm64');
  const withdrawing = (request: Partial<Asked<'withdraw'>>, mirror: MirrorContent, time = at) =>
    plannedIn(planWithdrawal, { ...asked, ...request }, mirror, time);
  const afterwards = (mirror: MirrorContent, ...requests: Partial<Asked<'withdraw'>>[]) =>
    requests.reduce((one, request, hour) => {
      return carriedOut(withdrawing(request, one, new Date(at.getTime() + hour * 3_600_000)), one);
    }, mirror);
  const later = new Date('2026-11-26T00:00:00Z');
  const marksIn = ({ views }: MirrorContent) => views.get('candidate')?.state.withdrawals ?? [];

  it('is marked on the others alone, and what is undone again is that', () => {
    const mirror = afterwards(mirrorOf(both), { architectures: ['amd64'] });
    const plan = withdrawing({}, mirror, later);
    expect(plan.views[0]?.lines.map(({ does, product }) => [does, product])).toEqual([
      ['mark', armGa],
      ['mark', armHwe],
    ]);
    expect(remarksOf(plan, 'undo')).toEqual([
      { about: 'undo', commands: [`maas-mirror restore candidate noble ${two} --arch arm64`] },
    ]);
    expect(marksIn(carriedOut(plan, mirror)).map(({ architectures, parts }) => [architectures, parts.length])).toEqual([
      [['amd64'], 2],
      [['arm64'], 2],
    ]);
  });

  it('is marked as a whole in all views, unless it was in all before', () => {
    const inOne = withdrawing(
      { allViews: true },
      afterwards(mirrorOf(both, stable), { architectures: ['amd64'] }),
      later,
    );
    expect(inOne.views.map(({ view, lines }) => [view, lines.length])).toEqual([
      ['candidate', 4],
      ['stable', 4],
    ]);
    const inAll = { architectures: ['amd64'], allViews: true };
    const plan = withdrawing({ allViews: true }, afterwards(mirrorOf(both, stable), inAll), later);
    expect(plan.views.map(({ lines }) => lines.map(({ product }) => product))).toEqual(Array(2).fill([armGa, armHwe]));
  });

  it('is not marked again where nothing of it is new, and nothing is printed that would lift it', () => {
    for (const requests of [[{}], [{ architectures: ['amd64'] }, { architectures: ['arm64'] }]]) {
      for (const request of [{}, { architectures: ['amd64'] }, { architectures: ['arm64'] }]) {
        const plan = withdrawing(request, afterwards(mirrorOf(both), ...requests), later);
        expect(plan.views).toEqual([{ view: 'candidate', lines: [] }]);
        expect(remarksOf(plan, 'undo')).toEqual([]);
        expect(remarksOf(plan, 'still offered').length).toBeGreaterThan(0);
      }
    }
  });

  it('is marked as a whole where its architectures do not tell what is new', () => {
    const [onlyGa] = [viewWith('candidate', { 'ga-24.04': flavours['ga-24.04'] })];
    const { state } = carriedOut(withdrawing({}, mirrorOf(onlyGa)), mirrorOf(onlyGa)).views.get('candidate') ?? onlyGa;
    const mirror = mirrorOf({ ...candidate, state });
    const plan = withdrawing({}, mirror, later);
    expect(plan.views[0]?.lines).toEqual([{ does: 'mark', product: hwe, version: two }]);
    expect(marksIn(carriedOut(plan, mirror)).map(({ parts }) => parts.length)).toEqual([1, 2]);
    expect(remarksOf(plan, 'undo')).toMatchObject([{ why: expect.stringContaining('does not leave everything') }]);
    const restoring = { does: 'restore' as const, view: 'candidate', release: 'noble', version: two, allViews: false };
    const all = { architectures: [], flavours: [] };
    const restored = plannedIn(planRestoration, { ...restoring, ...all }, carriedOut(plan, mirror), later);
    expect(restored.views[0]?.lines).toEqual([
      { does: 'unmark', product: ga, version: two },
      { does: 'unmark', product: hwe, version: two },
    ]);
  });

  it('has each product marked once, and all can be restored, whatever was withdrawn in which order', () => {
    const words = fc.record({
      architectures: fc.subarray(['amd64', 'arm64', 'riscv64']),
      allViews: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 5 }), (requests) => {
        const mirror = mirrorOf(withArchitectures(candidate, 'amd64', 'arm64', 'riscv64'));
        const named = requests.map(({ architectures }) =>
          architectures.length === 0 ? ['amd64', 'arm64', 'riscv64'] : architectures,
        );
        const after = afterwards(mirror, ...requests);
        const marked = marksIn(after).flatMap(({ parts }) => parts.map(({ product }) => product));
        const wanted = new Set(named.flat().flatMap((arch) => [ga, hwe].map((one) => one.replace('amd64', arch))));
        expect(new Set(marked)).toEqual(wanted);
        if (requests.every(({ allViews }) => !allViews)) expect(marked).toHaveLength(wanted.size);
        const last = requests.at(-1) ?? { allViews: false };
        const again = withdrawing(last, after, later);
        expect(again.views.flatMap(({ lines }) => lines)).toEqual([]);
      }),
    );
  });
});

describe('refuses to withdraw', () => {
  it('from a view that is not there, and says which are', () => {
    expect(() => plannedIn(planWithdrawal, { ...asked, view: 'lab' }, mirrorOf(candidate, stable), at)).toThrow(
      expect.objectContaining({
        name: 'NoSuchView',
        message: 'the mirror has no view lab',
        hint: 'the views are: candidate, stable',
        misuse: true,
      }),
    );
  });

  it('a version that the view does not have', () => {
    expect(() => plannedIn(planWithdrawal, { ...asked, version: '1' }, mirrorOf(candidate), at)).toThrow(
      expect.objectContaining({ name: 'NoSuchVersion', misuse: true }),
    );
  });
});
