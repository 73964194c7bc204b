import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseDuration } from '../../../lib/job/operations/duration';
import type { Asked } from '../../../lib/operations/plans/asked';
import { planPromotion } from '../../../lib/operations/promotion/promote-plan';
import { gateDecisions } from '../../../lib/publication/gate/gate-decisions';
import { gateNames } from '../../../lib/publication/gate/gate-names';
import { nextContent } from '../../../lib/publication/next-content';
import { contentDigest, productKey } from '../../../lib/publication/state/product-key';
import { emptyState } from '../../../lib/publication/state/state-document';
import type { ViewContent } from '../../../lib/publication/state/view-content';
import type { Withdrawal } from '../../../lib/publication/state/withdrawal';
import { WithdrawnIndex, withdrawnPart } from '../../../lib/publication/state/withdrawals';
import { checkView } from '../../../lib/simplestreams/contract/check-view';
import { newestVersion } from '../../../lib/simplestreams/merge';
import type { Product, Version } from '../../../lib/simplestreams/types';
import { mirrorOf, viewWith } from '../plans/made';
import { publishedSince } from './made';

const at = new Date('2026-11-30T10:15:00Z');
const flavours = ['ga-24.04', 'hwe-24.04', 'hwe-24.04-edge'];
const serials = ['20261101.083000', '20261115.083000', '20261120.083000', '20261125.083000'];

/** A release as it was published: a name, the root of all flavours that were built, their kernels, and which of them booted. */
interface Built {
  readonly name: string;
  readonly root: number;
  readonly kernels: readonly (number | undefined)[];
  readonly untested: readonly boolean[];
}
const kernels = fc.tuple(fc.constantFrom(1, 2), ...[1, 2].map(() => fc.constantFrom(undefined, 1, 2)));
const built = (name: string): fc.Arbitrary<Built> =>
  fc.record({
    name: fc.constant(name),
    root: fc.integer({ min: 1, max: 4 }),
    kernels,
    untested: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  });
const history = fc.subarray(serials, { minLength: 1 }).chain((names) => fc.tuple(...names.map(built)));

/** The newest version of every product has one root: products that were not built with the last root are not there. */
function viewOf(view: string, all: readonly Built[], kind: 'built' | 'promoted'): ViewContent {
  const last = all.at(-1);
  const there = flavours.filter((_, index) => last?.kernels[index] !== undefined);
  const offered = there.map((flavour) => {
    const index = flavours.indexOf(flavour);
    const versions = all.flatMap(({ name, root, kernels: made }) => {
      return made[index] === undefined ? [] : [[name, `r${root} ${flavour}${made[index]}`] as const];
    });
    return [flavour, Object.fromEntries(versions)] as const;
  });
  const content = viewWith(view, Object.fromEntries(offered), { state: { ...emptyState(view), kind } });
  const documents = new Map(
    [...content.documents].map(([id, document]) => {
      const products = Object.entries(document.products).map(([key, product]) => [key, tested(product, all)] as const);
      return [id, { ...document, products: Object.fromEntries(products) }] as const;
    }),
  );
  return { ...content, documents };
}

function tested(product: Product, all: readonly Built[]): Product {
  const index = flavours.indexOf(product.subarch ?? '');
  const versions = Object.entries(product.versions).map(([name, version]): [string, Version] => {
    const isUntested = all.find((one) => one.name === name)?.untested[index];
    return [name, isUntested ? { ...version, gate: 'waived' } : version];
  });
  return { ...product, versions: Object.fromEntries(versions) };
}

/** What was built, in the words of `made`. */
function wordsOf({ root, kernels: made }: Built): string[] {
  return flavours.flatMap((flavour, index) => (made[index] === undefined ? [] : [`r${root} ${flavour}${made[index]}`]));
}

/** The withdrawal of one of the view's versions. */
function marksOf(content: ViewContent, one: number): Withdrawal[] {
  const parts = productsOf(content).flatMap((product) =>
    Object.entries(product.versions).map(([name, version]) => withdrawnPart(product, name, version)),
  );
  const part = parts[one % parts.length];
  const named = { id: '1', at: '2026-11-29T00:00:00Z', view: 'lab', release: 'noble', version: part?.version ?? '' };
  return part === undefined ? [] : [{ ...named, architectures: [], flavours: [], parts: [part] }];
}

/** For how long the view has had a content. */
function ageOf(version: Version, { subarch }: Product, { ledger }: ViewContent): number {
  const row = ledger.products[`com.ubuntu.maas.candidate:v3:boot:24.04:amd64:${subarch}`];
  return at.getTime() - Date.parse(row?.since[contentDigest(version)] ?? '');
}

const productsOf = ({ documents }: Pick<ViewContent, 'documents'>) =>
  [...documents.values()].flatMap(({ products }) => Object.values(products));
const asked: Asked<'promote'> = {
  ...{ does: 'promote', from: 'candidate', to: 'stable', require: [], architectures: [], flavours: [] },
};

it('whatever is promoted is newest by name, has one root, has booted, is withdrawn nowhere, and is old enough', () => {
  let promotions = 0;
  const anything = fc.record({
    from: history,
    to: fc.option(history, { nil: undefined }),
    withdrawn: fc.option(fc.nat(12), { nil: undefined }),
    after: fc.constantFrom(undefined, '1d', '7d'),
    recent: fc.array(fc.nat(12), { maxLength: 4 }),
  });
  const plan = fc.property(anything, ({ from, to, withdrawn, after, recent }) => {
    const words = from.flatMap(wordsOf);
    const times = recent.map((index) => [words[index % words.length], '2026-11-28T00:00:00Z'] as const);
    const candidate = publishedSince(
      viewOf('candidate', from, 'built'),
      '2026-11-01T00:00:00Z',
      Object.fromEntries(times),
    );
    const stable = to && publishedSince(viewOf('stable', to, 'promoted'), '2026-11-01T00:00:00Z');
    const marks = withdrawn === undefined ? [] : marksOf(candidate, withdrawn);
    const mirror = { ...mirrorOf(candidate, ...(stable ? [stable] : [])), withdrawn: marks };
    const { views, refusal } = planPromotion({ ...asked, ...(after && { after }) }, mirror, at);
    const change = views[0]?.change;
    if (refusal !== undefined || change === undefined) return;
    promotions += 1;
    const before = stable ?? { ...viewWith('stable', {}), documents: new Map() };
    const next = nextContent(before, change, at);
    expect(checkView(next.documents, { label: 'stable' })).toEqual([]);
    gateNames(before, next);
    gateDecisions(before, next, marks);
    const index = new WithdrawnIndex('stable', marks);
    const old = new Map(productsOf(before).map((product) => [productKey(product), product]));
    for (const product of productsOf(next)) {
      const known = Object.keys(old.get(productKey(product))?.versions ?? {});
      const added = Object.keys(product.versions).filter((name) => !known.includes(name));
      expect(added.length).toBeLessThanOrEqual(1);
      for (const name of added) {
        const version: Version = product.versions[name] ?? { items: {} };
        expect(newestVersion(product)).toBe(name);
        expect(version.gate).toBe('passed');
        expect(index.of(product, name, version)).toBeUndefined();
        expect(ageOf(version, product, candidate)).toBeGreaterThanOrEqual(
          after === undefined ? 0 : parseDuration(after),
        );
      }
    }
  });
  fc.assert(plan, { numRuns: 500 });
  expect(promotions).toBeGreaterThan(50);
});
