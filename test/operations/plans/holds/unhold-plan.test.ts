import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Asked } from '../../../../lib/operations/plans/asked';
import { planWithdrawal } from '../../../../lib/operations/plans/back/withdraw-plan';
import { planHold } from '../../../../lib/operations/plans/holds/hold-plan';
import { planHoldEnds, planUnhold } from '../../../../lib/operations/plans/holds/unhold-plan';
import { onShelf } from '../../../../lib/publication/state/shelf';
import type { ViewChange, ViewContent } from '../../../../lib/publication/state/view-content';
import { newestVersion } from '../../../../lib/simplestreams/merge';
import { imageFields } from '../../../simplestreams/made-documents';
import { inputsOf, loadersIn, made, mirrorOf, type Offered, plannedIn, viewWith, withInputs } from '../made';

const friday = new Date('2026-11-27T16:00:00Z');
const monday = new Date('2026-11-30T08:00:00Z');
const [one, two, three] = ['20261120.083000', '20261125.083000', '20261126.083000'];
const [ga, hwe] = ['ubuntu/noble/amd64/ga-24.04/generic', 'ubuntu/noble/amd64/hwe-24.04/generic'];
const flavours: Offered = {
  'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2', [three]: 'r3 g3' },
  'hwe-24.04': { [one]: 'r1 h1', [two]: 'r2 h2', [three]: 'r3 h3' },
};
const scope = { view: 'candidate', release: 'noble', architectures: [], flavours: [] };
const asked: Asked<'unhold'> = { does: 'unhold', ...scope };

const applied = (content: ViewContent, change: ViewChange | undefined): ViewContent => ({
  ...content,
  ...change,
  view: content.view,
});
function held(content: ViewContent, more: Partial<Asked<'hold'>> = {}): ViewContent {
  const plan = planHold({ does: 'hold', ...scope, ...more }, mirrorOf(content), friday);
  return applied(content, plan.views[0]?.change);
}
const unheld = (content: ViewContent) => planUnhold(asked, mirrorOf(content), monday).views[0];
const newest = ({ documents }: ViewContent) =>
  [...documents.values()].flatMap(({ products }) => Object.values(products).map((product) => newestVersion(product)));

describe('unhold', () => {
  const waiting = held(viewWith('candidate', flavours), { at: one });

  it('lifts the hold and offers the newest pending version, under its own name, and below it what the hold took out', () => {
    const { change, lines } = unheld(waiting) ?? {};
    expect(change?.state?.holds).toEqual([]);
    expect(newest(applied(waiting, change))).toEqual([three, three]);
    expect(change?.shelf?.products).toEqual({});
    expect(lines).toEqual([
      { does: 'set', version: one, why: 'not held' },
      { does: 'offer', product: ga, version: three, name: three, before: one, newest: three },
      { does: 'offer', product: hwe, version: three, name: three, before: one, newest: three },
      { does: 'offer', product: ga, version: two, name: two },
      { does: 'offer', product: hwe, version: two, name: two },
    ]);
    expect(applied(waiting, change).documents).toEqual(new Map(viewWith('candidate', flavours).documents));
  });

  /** The mirror after a withdrawal in another view, where the version has another name. */
  function withdrawnInLab(content: ViewContent) {
    const bad = viewWith('lab', { 'hwe-24.04': { '9': 'r3 h3' } });
    const request = { does: 'withdraw', ...scope, view: 'lab', version: '9', allViews: false } as const;
    return mirrorOf(content, applied(bad, plannedIn(planWithdrawal, request, mirrorOf(bad), friday).views[0]?.change));
  }

  it('passes over what was withdrawn meanwhile, in any view, and keeps it for restore', () => {
    const { change, lines = [] } = planUnhold(asked, withdrawnInLab(waiting), monday).views[0] ?? {};
    expect(newest(applied(waiting, change))).toEqual([two, two]);
    expect(change?.withdrawn).toEqual(withdrawnInLab(waiting).withdrawn); // for the gate, and for what is withdrawn meanwhile
    expect(lines.filter(({ does }) => does === 'pass over')).toEqual([
      { does: 'pass over', product: ga, version: three, why: 'incomplete' },
      { does: 'pass over', product: hwe, version: three, why: 'withdrawn' },
    ]);
    const shelved = Object.values(change?.shelf?.products ?? {}).map(({ versions }) => versions);
    expect(shelved).toEqual([{ [three]: expect.objectContaining({ why: 'withdrawn' }) }]);
  });

  it('forgets what was looked at last where the newest pending version is not offered, so that a build looks again', () => {
    const seen = withInputs(waiting, 'of three');
    const after = applied(seen, planUnhold(asked, withdrawnInLab(seen), monday).views[0]?.change);
    expect(inputsOf(after)).toEqual([undefined, undefined]);
    expect(inputsOf(applied(seen, unheld(seen)?.change))).toEqual(['of three', 'of three']);
  });

  it('leaves a product out that the hold has dropped, rather than offer it with another root than its sisters', () => {
    const { [one]: first, ...later } = flavours['hwe-24.04'] ?? {};
    const dropped = held(viewWith('candidate', { ...flavours, 'hwe-24.04': later }), { at: one });
    const { change } = planUnhold(asked, withdrawnInLab(dropped), monday).views[0] ?? {};
    expect(newest(applied(dropped, change))).toEqual([three]);
  });

  it('offers a product again that the hold has dropped', () => {
    const all = viewWith('candidate', {
      'ga-24.04': { [one]: 'r1 g1', [two]: 'r2 g2' },
      'hwe-24.04': { [two]: 'r2 h2' },
    });
    const dropped = held(all, { at: one });
    expect(newest(dropped)).toEqual([one]);
    expect(applied(dropped, unheld(dropped)?.change).documents).toEqual(new Map(all.documents));
  });

  it('without anything pending only lifts the hold', () => {
    const content = held(viewWith('candidate', flavours));
    const { change, lines } = unheld(content) ?? {};
    expect(lines).toEqual([{ does: 'set', version: three, why: 'not held' }]);
    expect(change).toMatchObject({ documents: content.documents, shelf: content.shelf });
  });

  it('undoes a hold: the same versions are the newest', () => {
    const roots = fc.dictionary(fc.constantFrom('1', '2', '3', '4'), fc.constantFrom('r1', 'r2', 'r3'), {
      minKeys: 1,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(roots, fc.nat(), (versions, pick) => {
        const content = viewWith('candidate', { 'ga-24.04': versions });
        const names = Object.keys(versions).sort();
        const waits = held(content, { at: names[pick % names.length] ?? '' });
        const back = applied(waits, unheld(waits)?.change);
        expect(newest(back)).toEqual(newest(content));
        expect(back.documents).toEqual(new Map(content.documents));
      }),
    );
  });
});

describe('what waits', () => {
  const [id, hweId] = ['ga', 'hwe'].map((name) => `com.ubuntu.maas.candidate:v3:boot:24.04:amd64:${name}-24.04`);
  const place = { content_id: 'com.ubuntu.maas:candidate:v3:download' };
  const pending = (content: ViewContent, productId = '', name = '', words = '') => {
    const fields = { ...imageFields, subarch: productId.slice(productId.lastIndexOf(':') + 1), label: 'candidate' };
    const entry = { why: 'held', since: friday.toISOString(), version: made(words) } as const;
    return { ...content, shelf: onShelf(content.shelf, productId, { ...place, fields }, name, entry) };
  };

  it('of one build gets one name, also if only one flavour needs another, and remembers its own', () => {
    const content = held(
      viewWith('candidate', { 'ga-24.04': { [one]: 'r1 g1' }, 'hwe-24.04': { [one]: 'r1 h1', [three]: 'r1 h3' } }),
    );
    const both = pending(pending(content, id, two, 'r2 g2'), hweId, two, 'r2 h2');
    const { lines = [], change } = unheld(both) ?? {};
    const names = lines.filter(({ does }) => does === 'offer').map(({ name }) => name);
    expect(names).toEqual(['20261126.083000.080000', '20261126.083000.080000']);
    const versions = [...(change?.documents?.values() ?? [])].flatMap(({ products }) => Object.values(products));
    expect(versions.map((product) => product.versions['20261126.083000.080000']?.origin)).toEqual(
      Array(2).fill(`candidate/${two}`),
    );
  });

  it('also a flavour that is new since the hold, which goes with its sisters and with no other hold', () => {
    const hold = (release: string, name: string) => ({
      ...{ id: name, since: friday.toISOString(), release, architectures: [], flavours: [] },
    });
    const base = viewWith('candidate', { 'ga-24.04': { [one]: 'r1 g1' } });
    const ga = { ...hold('noble', 'h1'), flavours: ['ga-24.04'] };
    const content = { ...base, state: { ...base.state, holds: [ga, hold('jammy', 'h2')] } };
    const both = pending(pending(content, id, two, 'r2 g2'), hweId, two, 'r2 h2');
    const ends = {
      ...both,
      state: { ...both.state, holds: [ga, { ...hold('jammy', 'h2'), until: friday.toISOString() }] },
    };
    const other = applied(ends, planHoldEnds({}, mirrorOf(ends), monday).views[0]?.change);
    expect(other.shelf).toEqual(both.shelf);
    const after = applied(other, planUnhold({ ...asked, flavours: ['ga'] }, mirrorOf(other), monday).views[0]?.change);
    expect(newest(after)).toEqual([two, two]);
    expect(after.shelf.products).toEqual({});
  });
});

describe('a hold among others', () => {
  const amd64 = viewWith('candidate', flavours);
  const documents = new Map(
    [...amd64.documents].map(([id, document]) => {
      const arm = Object.entries(document.products).map(([key, product]) => {
        return [key.replace('amd64', 'arm64'), { ...product, arch: 'arm64' }] as const;
      });
      return [id, { ...document, products: { ...document.products, ...Object.fromEntries(arm) } }];
    }),
  );
  const both = held(held({ ...amd64, documents }), { architectures: ['amd64'], until: monday.toISOString() });
  const left = (architectures: string[], content = both) =>
    planUnhold({ ...asked, architectures }, mirrorOf(content), friday).views[0]?.change?.state?.holds;

  it('is lifted alone if it is named by its own scope, and with them by all of theirs', () => {
    expect(both.state.holds.map((hold) => hold.architectures)).toEqual([[], ['amd64']]);
    expect(left(['amd64'])).toEqual([both.state.holds[0]]);
    expect(left([])).toEqual([]);
  });

  it('leaves what a wider one holds, and says so, with the command that lifts that', () => {
    const { views, remarks } = planUnhold({ ...asked, architectures: ['amd64'] }, mirrorOf(both), friday);
    expect(views[0]?.lines).toEqual([
      { does: 'set', version: three, why: 'not held' },
      { does: 'set', product: ga, why: 'still held by another hold' },
      { does: 'set', product: hwe, why: 'still held by another hold' },
    ]);
    expect(remarks[0]).toEqual({ about: 'still held', commands: ['maas-mirror unhold candidate noble'] });
    const hold = `maas-mirror hold candidate noble --at ${three}`;
    expect(planUnhold(asked, mirrorOf(both), friday)).toMatchObject({
      views: [{ lines: [{}, {}] }],
      remarks: [{ about: 'undo', commands: [hold, `${hold} --until ${monday.toISOString()} --arch amd64`] }],
    });
    expect(planHoldEnds({}, mirrorOf(both), monday).views[0]?.lines).toEqual(views[0]?.lines);
  });

  it('refuses to be lifted in part, and names the command with its own scope', () => {
    const [, narrow] = both.state.holds;
    const content = { ...both, state: { ...both.state, holds: narrow ? [narrow] : [] } };
    expect(() => planUnhold({ ...asked, flavours: ['ga'] }, mirrorOf(content), friday)).toThrow(
      expect.objectContaining({
        hint: 'lift it for all of them: maas-mirror unhold candidate noble --arch amd64',
      }),
    );
  });
});

describe('the end of a hold', () => {
  const until = held(viewWith('candidate', flavours), { at: one, until: monday.toISOString() });

  it('lifts it in every view where it has come, and no other', () => {
    const other = held(viewWith('stable', flavours), { view: 'stable' });
    const { views } = planHoldEnds({}, mirrorOf(until, other), monday);
    expect(views.map(({ view, change }) => [view, change?.state?.holds])).toEqual([['candidate', []]]);
    expect(planHoldEnds({}, mirrorOf(until, other), friday).views).toEqual([]);
  });
});

describe('refuses to unhold', () => {
  it('what is not held, and says what is', () => {
    const fault = {
      name: 'NoSuchVersion',
      message: 'nothing of noble is held in the view candidate',
      hint: 'the view has no hold',
      misuse: true,
    };
    expect(() => unheld(viewWith('candidate', flavours))).toThrow(expect.objectContaining(fault));

    const images = viewWith('candidate', flavours);
    const loaders = loadersIn('candidate', { [one]: 'good' });
    const both = held({ ...images, documents: new Map([...images.documents, ...loaders.documents]) });
    expect(() => planUnhold({ ...asked, release: 'bootloaders' }, mirrorOf(both), monday)).toThrow(
      expect.objectContaining({
        ...{ message: 'nothing of bootloaders is held in the view candidate', hint: 'it holds: noble' },
      }),
    );
  });

  it('a part of what one hold holds, naming the others', () => {
    const request = { ...asked, flavours: ['ga'] };
    const fault = {
      name: 'BadInput',
      message: `the same hold is also of ${hwe}`,
      hint: 'lift it for all of them: maas-mirror unhold candidate noble',
    };
    expect(() => planUnhold(request, mirrorOf(held(viewWith('candidate', flavours))), monday)).toThrow(
      expect.objectContaining(fault),
    );
  });
});
