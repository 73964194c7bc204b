import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownNames, nameFault } from '../../../lib/publication/names/known-names';
import { keptLedger, seededLedger, timeText } from '../../../lib/publication/state/kept-ledger';
import { emptyLedger, type Ledger, parseLedger } from '../../../lib/publication/state/ledger';
import { contentDigest } from '../../../lib/publication/state/product-key';
import type { ViewContent } from '../../../lib/publication/state/view-content';
import { writeJson } from '../../../lib/simplestreams/json';
import { imageId } from '../../simplestreams/made-documents';
import { type Named, shelfOf, versionWith, viewOf } from '../made/view-of';

const digest = (content: string) => contentDigest(versionWith(content));
const [monday, tuesday, friday] = ['23', '24', '27'].map((day) => new Date(`2026-11-${day}T08:00:00Z`)) as [
  Date,
  Date,
  Date,
];
const rowOf = ({ products }: Ledger) => products[imageId];

/** The views that one product is in, one after the other, with what is remembered of it. */
function changed(steps: readonly (readonly [offered: Named, shelved?: Named, at?: Date])[]): ViewContent {
  return steps.reduce<ViewContent>((before, [offered, shelved = {}, at = monday]) => {
    const next = { ...viewOf(offered, shelved), ledger: before.ledger };
    return { ...next, ledger: keptLedger(before, next, at) };
  }, viewOf({}));
}

describe('what is remembered of a product', () => {
  it('is its highest name, and when each content came into the documents', () => {
    expect(rowOf(changed([[{ '1': 'a', '2': 'b' }], [{ '1': 'a', '2': 'b', '3': 'c' }, {}, tuesday]]).ledger)).toEqual({
      top: '3',
      gone: {},
      since: { [digest('a')]: timeText(monday), [digest('b')]: timeText(monday), [digest('c')]: timeText(tuesday) },
      attested: {},
    });
  });

  it('is a name that left, with its content, and that the highest name was higher', () => {
    const row = rowOf(changed([[{ '1': 'a', '2': 'b' }], [{ '1': 'a' }]]).ledger);
    expect(row).toMatchObject({ top: '2', gone: { '2': digest('b') }, since: { [digest('a')]: timeText(monday) } });
  });

  it('is not that a name is gone that is on the shelf, or came back', () => {
    const [offered, shelved] = [{ '1': 'a' }, { '2': 'b' }];
    expect(rowOf(changed([[{ ...offered, ...shelved }], [offered, shelved]]).ledger)).toMatchObject({
      top: '2',
      gone: {},
    });
    expect(
      rowOf(changed([[{ ...offered, ...shelved }], [offered], [{ ...offered, ...shelved }]]).ledger),
    ).toMatchObject({
      gone: {},
    });
  });

  it('is the clock of a content that only gets another name, and a new one for what was away', () => {
    const renamed = changed([[{ '1': 'a' }], [{ '2': 'a' }, {}, friday]]);
    expect(rowOf(renamed.ledger)?.since).toEqual({ [digest('a')]: timeText(monday) });
    const away = changed([
      [{ '1': 'a', '2': 'b' }],
      [{ '1': 'a' }, { '2': 'b' }, tuesday],
      [{ '1': 'a', '2': 'b' }, {}, friday],
    ]);
    expect(rowOf(away.ledger)?.since).toEqual({ [digest('a')]: timeText(monday), [digest('b')]: timeText(friday) });
  });

  it('is a clock that begins after what was taken back before, whose clock may be ahead, but not after what only waits', () => {
    const later = (why: 'withdrawn' | 'held') => {
      const before = viewOf({ '1': 'a' });
      const shelf = shelfOf({ '2': 'b' }, why, timeText(friday));
      const next = { ...viewOf({ '1': 'a', '3': 'c' }), shelf };
      return keptLedger({ ...before, shelf }, next, monday).products[imageId]?.since[digest('c')];
    };

    expect(later('withdrawn')).toBe('2026-11-27T08:00:01Z');
    expect(later('held')).toBe(timeText(monday));
  });

  it('stays where a product leaves the documents', () => {
    const row = rowOf(changed([[{ '1': 'a' }], [{}], [{}]]).ledger);
    expect(row).toEqual({ top: '1', gone: { '1': digest('a') }, since: {}, attested: {} });
  });

  it('are results of checks, as long as a name of that content is known', () => {
    const before = changed([[{ '1': 'a' }]]);
    const result = { check: 'hw-lab', passed: true, at: timeText(monday), view: 'candidate', version: '1' };
    const row = { ...rowOf(before.ledger), attested: { [digest('a')]: [result], [digest('never')]: [result] } };
    const attested = { ...before.ledger, products: { [imageId]: row } } as Ledger;
    const kept = keptLedger(before, { ...before, ledger: attested }, tuesday);
    expect(rowOf(kept)?.attested).toEqual({ [digest('a')]: [result] });
  });

  it('are 64 names that left, and the highest of those before', () => {
    const names = Array.from({ length: 70 }, (_, count) => `20261120.${String(count).padStart(6, '0')}`);
    const steps = names.map((name, count) => [{ [name]: `content ${count}` }] as const);
    const view = changed(steps);
    const row = rowOf(view.ledger);
    expect(Object.keys(row?.gone ?? {})).toHaveLength(64);
    expect(row).toMatchObject({ top: names[69], forgotten: names[4] });
    const known = knownNames(view, imageId);
    expect(nameFault(names[5] ?? '', digest('content 5'), known)).toBeUndefined();
    expect(nameFault(names[4] ?? '', digest('content 4'), known)).toContain('[name-forgotten]');
  });

  it('are the same objects where nothing changes, and fields that this release does not know', () => {
    const view = changed([[{ '1': 'a' }]]);
    expect(keptLedger(view, { ...view, documents: new Map(view.documents) }, friday)).toBe(view.ledger);
    const copied = structuredClone(viewOf({ '1': 'a' }).documents);
    expect(keptLedger(view, { ...view, documents: copied }, friday)).toBe(view.ledger);

    const ledger = { ...view.ledger, later: 1, products: { [imageId]: { ...rowOf(view.ledger), later: 2 } } } as Ledger;
    const kept = keptLedger(view, { ...view, ledger }, friday);
    expect(kept).toMatchObject({ later: 1, products: { [imageId]: { later: 2 } } });
    const next = { ...viewOf({ '2': 'b' }), ledger: kept };
    expect(keptLedger({ ...view, ledger: kept }, next, friday)).toMatchObject({
      later: 1,
      products: { [imageId]: { later: 2 } },
    });
  });

  it('is lost by no change, whatever it gives for a ledger', () => {
    const view = changed([[{ '1': 'a', '2': 'b' }], [{ '1': 'a' }]]);
    const row = { top: '1', gone: {}, since: {}, attested: {} };
    for (const ledger of [emptyLedger, { ...emptyLedger, products: { [imageId]: row } }]) {
      expect(keptLedger(view, { ...view, ledger }, friday)).toBe(view.ledger);
    }
  });

  it('is what the documents say where nothing is remembered, published at the date of the index', () => {
    const { documents, shelf } = viewOf({ '1': 'a' }, { '2': 'b' });
    expect(rowOf(seededLedger(documents, shelf, emptyLedger, tuesday))).toEqual({
      top: '2',
      gone: {},
      since: { [digest('a')]: timeText(tuesday) },
      attested: {},
    });
  });

  it('never lets a name mean two things, after any changes', () => {
    const name = fc.integer({ min: 1, max: 9 }).map(String);
    const content = fc.constantFrom('a', 'b', 'c', 'd');
    const named = fc.dictionary(name, content, { maxKeys: 4 });
    fc.assert(
      fc.property(fc.array(fc.tuple(named, named), { maxLength: 12 }), (steps) => {
        const ever = new Map<string, string>();
        let before: ViewContent = viewOf({});
        for (const [wanted, waiting] of steps) {
          const known = knownNames(before, imageId);
          const isAllowed = ([one, its]: [string, string]) => nameFault(one, digest(its), known) === undefined;
          const offered = Object.fromEntries(Object.entries(wanted).filter(isAllowed));
          const isFree = ([one]: [string, string]) => !Object.hasOwn(offered, one);
          const shelved = Object.fromEntries(Object.entries(waiting).filter(isAllowed).filter(isFree));
          for (const [one, its] of Object.entries({ ...offered, ...shelved })) {
            expect(ever.get(one) ?? its).toBe(its);
            ever.set(one, its);
          }
          const next = { ...viewOf(offered, shelved), ledger: before.ledger };
          before = { ...next, ledger: keptLedger(before, next, monday) };
          const contents = new Set(Object.values(offered).map(digest));
          expect(new Set(Object.keys(rowOf(before.ledger)?.since ?? {}))).toEqual(contents);
        }
        const highest = [...ever.keys()].sort().at(-1);
        expect(rowOf(before.ledger)?.top).toBe(highest);
        expect(Object.fromEntries(knownNames(before, imageId).contents)).toEqual(
          Object.fromEntries([...ever].map(([one, its]) => [one, digest(its)])),
        );
        expect(parseLedger(writeJson(before.ledger), 'it')).toEqual(before.ledger);
      }),
    );
  });
});
