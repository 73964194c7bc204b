import { describe, expect, it } from 'vitest';
import type { Asked } from '../../../../lib/operations/plans/asked';
import { planWithdrawal } from '../../../../lib/operations/plans/back/withdraw-plan';
import { planHold } from '../../../../lib/operations/plans/holds/hold-plan';
import { planUnhold } from '../../../../lib/operations/plans/holds/unhold-plan';
import { keptLedger } from '../../../../lib/publication/state/kept-ledger';
import { emptyShelf } from '../../../../lib/publication/state/shelf';
import type { ViewChange, ViewContent } from '../../../../lib/publication/state/view-content';
import { changedBy, loadersIn, made, mirrorOf, type Offered, viewWith, wordsIn } from '../made';

const at = new Date('2026-11-27T16:00:00Z');
const [one, two, three] = ['20261120.083000', '20261125.083000', '20261126.083000'];
const [ga, hwe] = ['ubuntu/noble/amd64/ga-24.04/generic', 'ubuntu/noble/amd64/hwe-24.04/generic'];
const flavours: Offered = {
  'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2' },
  'hwe-24.04': { [one]: 'r1 h1', [two]: 'r2 h2', [three]: 'r2 h3' },
};
const view = viewWith('candidate', flavours);
const scope = { release: '24.04', architectures: [], flavours: [] };
const asked: Asked<'hold'> = { does: 'hold', view: 'candidate', ...scope, by: 'anna@ops1' };
const hold = { since: '2026-11-27T16:00:00Z', by: 'anna@ops1', release: 'noble', architectures: [], flavours: [] };

const planned = (request: Partial<Asked<'hold'>>, content = view) =>
  planHold({ ...asked, ...request }, mirrorOf(content), at);
const changeOf = (...asking: Parameters<typeof planned>) => planned(...asking).views[0]?.change;
const offered = (change: ViewChange | undefined) =>
  [...(change?.documents?.values() ?? [])].flatMap(({ products }) =>
    Object.values(products).map((each) => [each.subarch, Object.keys(each.versions)]),
  );
const applied = (content: ViewContent, change: ViewChange | undefined): ViewContent => ({
  ...content,
  ...change,
  view: content.view,
});

describe('hold', () => {
  it('keeps the newest version, and takes nothing back', () => {
    expect(changeOf({})).toEqual({
      state: { ...view.state, holds: [{ ...hold, id: expect.stringMatching(/^[0-9a-f]{12}$/), at: three }] },
      documents: view.documents,
      shelf: emptyShelf,
      withdrawn: [],
      note: { what: 'hold', by: 'anna@ops1' },
    });
    expect(planned({ until: '2026-11-30T08:00:00Z' }).views[0]?.lines).toEqual([
      { does: 'set', version: three, why: 'held until 2026-11-30T08:00:00Z' },
    ]);
  });

  it('with a version moves those above it to the shelf, as pending', () => {
    const { change, lines } = planned({ at: one }).views[0] ?? {};
    expect(offered(change)).toEqual([
      ['ga-24.04', [one]],
      ['hwe-24.04', [one]],
    ]);
    const shelved = Object.values(change?.shelf?.products ?? {}).map(({ fields, versions }) => [
      fields.subarch,
      versions,
    ]);
    const entry = (words: string) => ({
      ...{ why: 'held', since: '2026-11-27T16:00:00Z', instead: one },
      version: made(words),
    });
    expect(shelved).toEqual([
      ['ga-24.04', { [two]: entry('r2 g2') }],
      ['hwe-24.04', { [two]: entry('r2 h2'), [three]: entry('r2 h3') }],
    ]);
    expect(lines).toEqual([
      { does: 'set', version: one, why: 'held' },
      { does: 'hold back', product: ga, version: two, before: two, newest: one },
      { does: 'hold back', product: hwe, version: three, before: three, newest: one },
      { does: 'hold back', product: hwe, version: two, before: three, newest: one },
    ]);
  });

  it('drops a product that has no other version, whose fields stay on the shelf, and says what may depend on it', () => {
    const content = viewWith('candidate', { 'ga-24.04': { [one]: 'r1 g1' }, 'hwe-24.04': { [two]: 'r2 h2' } });
    const { views, remarks } = planned({ at: one }, content);
    const { change, lines } = views[0] ?? {};
    expect(offered(change)).toEqual([['ga-24.04', [one]]]);
    expect(lines?.at(-1)).toEqual({ does: 'drop', product: hwe });
    expect(remarks.map(({ about, product }) => [about, product])).toEqual([
      ['depends', hwe],
      ['keeps', undefined],
      ['undo', undefined],
    ]);
    expect(Object.values(change?.shelf?.products ?? {})[0]).toMatchObject({
      content_id: 'com.ubuntu.maas:candidate:v3:download',
      fields: { subarch: 'hwe-24.04', subarches: expect.anything() },
    });
  });

  it('of flavours names them as MAAS does, and leaves the others alone', () => {
    const change = changeOf({ flavours: ['hwe'], at: two }, withOwnRoots);
    expect(change?.state?.holds).toMatchObject([{ flavours: ['hwe-24.04'], at: two }]);
    expect(offered(change)).toEqual([
      ['ga-24.04', [one, two]],
      ['hwe-24.04', [one, two]],
    ]);
  });

  it('asked again changes nothing, and with another end only that', () => {
    const held = applied(view, changeOf({}));
    expect(planned({}, held).views).toEqual([{ view: 'candidate', lines: [] }]);
    const change = changeOf({ until: '2026-11-30T08:00:00Z' }, held);
    expect(change?.state?.holds).toEqual([{ ...held.state.holds[0], until: '2026-11-30T08:00:00Z' }]);
  });

  it('forgets no name, and says how it is lifted', () => {
    const change = changeOf({ at: one });
    const ledger = keptLedger(view, applied(view, change), at);
    expect(Object.values(ledger.products).map(({ top, gone }) => [top, gone])).toEqual([
      [two, {}],
      [three, {}],
    ]);
    expect(planned({}).remarks).toEqual([{ about: 'undo', commands: ['maas-mirror unhold candidate noble'] }]);
  });
});

/** The view, in which each flavour has levels of its own. */
const withOwnRoots: ViewContent = {
  ...view,
  documents: new Map(
    [...view.documents].map(([id, document]) => {
      const products = Object.entries(document.products).map(([key, each]) => [
        key,
        { ...each, subarches: each.subarch },
      ]);
      return [id, { ...document, products: Object.fromEntries(products) }];
    }),
  ),
};

describe('a hold of bootloaders', () => {
  const loaders = { release: 'bootloaders', at: one };
  const bad = loadersIn('candidate', { [one]: 'good', [two]: 'bad' });

  it('offers the version that is kept under a newer name, since MAAS unpacks only what it downloads', () => {
    const { change, lines } = planned(loaders, bad).views[0] ?? {};
    const again = '20261125.160000';
    const key = 'pxelinux/pxe/i386';
    expect(wordsIn(changedBy(bad, change, at))).toEqual([{ [one]: 'loader good', [again]: 'loader good' }]);
    expect([...(change?.documents?.values() ?? [])][0]?.products).toMatchObject({
      'com.ubuntu.maas.candidate:1:pxelinux:pxe:i386': { versions: { [again]: { origin: `candidate/${one}` } } },
    });
    expect(lines).toEqual([
      { does: 'set', version: one, why: 'held' },
      { does: 'hold back', product: key, version: two, before: two, newest: again },
      { does: 'offer', product: key, version: one, name: again, before: two, newest: again },
    ]);
  });

  it('asked again moves nothing', () => {
    const held = changedBy(bad, planned(loaders, bad).views[0]?.change, at);
    expect(planned(loaders, held).views).toEqual([{ view: 'candidate', lines: [] }]);
  });

  it('ends with the newer one under a name above both', () => {
    const held = changedBy(bad, planned(loaders, bad).views[0]?.change, at);
    const unhold: Asked<'unhold'> = { ...asked, does: 'unhold', release: 'bootloaders' };
    const { change } = planUnhold(unhold, mirrorOf(held), at).views[0] ?? {};
    const [words = {}] = wordsIn(changedBy(held, change, at));
    expect(words[Object.keys(words).sort().at(-1) ?? '']).toBe('loader bad');
    expect(Object.values(words).filter((word) => word === 'loader bad')).toHaveLength(1);
  });
});

describe('a hold that exists', () => {
  const held = applied(view, changeOf({ architectures: ['amd64'], reason: 'freeze' }));

  it('is the same whatever the order of architectures, and keeps its reason unless another is given', () => {
    const first = applied(view, changeOf({ architectures: ['arm64', 'amd64'] }));
    expect(planned({ architectures: ['amd64', 'arm64', 'amd64'] }, first).views[0]?.lines).toEqual([]);
    const again = { architectures: ['amd64'] };
    expect(changeOf({ ...again, until: '2026-12-01T00:00:00Z' }, held)?.state?.holds).toMatchObject([
      { reason: 'freeze' },
    ]);
    expect(changeOf({ ...again, reason: 'lab is moving' }, held)?.state?.holds).toMatchObject([
      { id: held.state.holds[0]?.id, reason: 'lab is moving' },
    ]);
  });

  it('is set as it was by the command that undoes a change of it, if it takes out no more', () => {
    const undo = (request: Partial<Asked<'hold'>>, content = held) =>
      planned({ architectures: ['amd64'], ...request }, content).remarks.filter(({ about }) => about === 'undo');
    expect(undo({ until: '2026-12-01T00:00:00Z' })).toEqual([
      { about: 'undo', commands: [`maas-mirror hold candidate noble --at ${three} --arch amd64`] },
    ]);
    const why = 'lift the hold, which does not leave everything as it was';
    const lifting = ['maas-mirror unhold candidate noble --arch amd64'];
    expect(undo({ at: one })).toEqual([{ about: 'undo', commands: lifting, why }]);
    expect(undo({}, view)).toEqual([{ about: 'undo', commands: ['maas-mirror unhold candidate noble --arch amd64'] }]);
    // `unhold` without --arch would lift both.
    expect(undo({ architectures: [] })).toMatchObject([{ commands: ['maas-mirror unhold candidate noble'], why }]);
  });
});

describe('refuses to hold', () => {
  it('at a version that is only on the shelf: the view could not keep it', () => {
    const held = applied(view, changeOf({ at: one }));
    expect(() => planned({ at: two }, held)).toThrow(
      expect.objectContaining({ name: 'NoSuchVersion', hint: `it has: ${one}`, misuse: true }),
    );
  });

  it('at a version that is withdrawn, in any view: it would be the newest again', () => {
    const bad = viewWith('lab', { 'hwe-24.04': { '9': 'r1 h1' } });
    const request = { does: 'withdraw', ...scope, view: 'lab', version: '9', allViews: false } as const;
    const lab = applied(bad, planWithdrawal(request, mirrorOf(bad), at).views[0]?.change);
    const mirror = mirrorOf(view, lab);
    expect(planHold({ ...asked, at: one }, mirror, at).refusal).toMatchObject({
      name: 'Withdrawn',
      message: `noble ${one} has the files of noble 9, which is withdrawn since 2026-11-27`,
    });
    expect(planHold({ ...asked, at: two }, mirror, at).refusal).toBeUndefined();
  });

  it('at a version with which flavours would have several roots, and names one that keeps them together', () => {
    const mixed = viewWith('candidate', {
      'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2' },
      'hwe-24.04': { [one]: 'r1 h1', [three]: 'r2 h3' },
    });
    expect(planned({ at: two }, mixed).refusal).toMatchObject({
      name: 'ContractBroken',
      message: `candidate would offer noble amd64 ga-24.04 ${two} with another root image than noble amd64 hwe-24.04 ${one}, and MAAS may install either with the other's kernel`,
      hint: `hold at ${three}: maas-mirror hold candidate noble --at ${three}`,
    });
    expect(planned({ at: three }, mixed).refusal).toBeUndefined();
    expect(planned({ at: one }, mixed).refusal).toBeUndefined();
  });

  it('at such a version, and names one that has booted, or says that it has not', () => {
    const four = '20261129.083000';
    const both = viewWith('candidate', {
      'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2', [three]: 'r3 g3', [four]: 'r4 g4' },
      'hwe-24.04': { [one]: 'r1 h1', [three]: 'r3 h3', [four]: 'r4 h4' },
    });
    const hintOf = (content: ViewContent) => planned({ at: two }, content).refusal?.hint;
    expect(hintOf(both)).toBe(`hold at ${three}: maas-mirror hold candidate noble --at ${three}`);
    expect(hintOf(untested(both, three))).toBe(`hold at ${four}: maas-mirror hold candidate noble --at ${four}`);
    const where = ['ga', 'hwe'].map((name) => `where noble amd64 ${name}-24.04 ${four} was not boot-tested (waived)`);
    expect(hintOf(untested(untested(both, three), four))).toBe(
      `hold at ${four}, ${where.join(', ')}: maas-mirror hold candidate noble --at ${four}`,
    );
  });

  it('nothing for an older fault: what is not touched may have several roots already', () => {
    const mixed = viewWith('candidate', { 'ga-24.04': { [one]: 'r1 g1' }, 'hwe-24.04': { [one]: 'r2 h1' } });
    expect(planned({}, mixed).refusal).toBeUndefined();
    expect(planned({}, mixed).views[0]?.change?.state?.holds).toHaveLength(1);
  });

  it('a flavour without its sisters, whose root it must have', () => {
    expect(() => planned({ flavours: ['hwe'] })).toThrow(
      expect.objectContaining({
        name: 'BadInput',
        message: 'noble amd64 hwe-24.04 must have the root of noble amd64 ga-24.04, so it cannot be held without it',
        hint: 'hold all flavours: maas-mirror hold candidate noble --arch amd64',
        misuse: true,
      }),
    );
  });

  it.each([
    ['at a version that the view does not have', { at: '20270101' }],
    ['a release that the view does not have', { release: 'jammy' }],
  ])('%s', (_, request) => {
    expect(() => planned(request)).toThrow(expect.objectContaining({ name: 'NoSuchVersion', misuse: true }));
  });
});

it.each([
  '2026-11-27T16:00:00Z',
  '2026-01-30T08:00:00Z',
])('refuses a hold that ends at %s: it would not hold', (until) => {
  expect(() => planned({ until })).toThrow(
    expect.objectContaining({
      name: 'BadInput',
      message: `the hold would end at ${until}, which is in the past`,
      hint: 'give a later --until, or none',
      misuse: true,
    }),
  );
});

/** The view, whose versions of this name have not booted. */
function untested(content: ViewContent, name: string): ViewContent {
  const documents = [...content.documents].map(([id, document]) => {
    const products = Object.entries(document.products).map(([key, product]) => {
      const version = product.versions[name];
      if (version === undefined) return [key, product] as const;
      return [key, { ...product, versions: { ...product.versions, [name]: { ...version, gate: 'waived' } } }] as const;
    });
    return [id, { ...document, products: Object.fromEntries(products) }] as const;
  });
  return { ...content, documents: new Map(documents) };
}
