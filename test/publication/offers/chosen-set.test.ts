import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, type ChosenSet, chosenSets, type Standing } from '../../../lib/publication/offers/chosen-set';
import type { Ineligible } from '../../../lib/publication/offers/eligible';
import { maasName, productKey, tripleOf } from '../../../lib/publication/state/product-key';
import type { Product, Version } from '../../../lib/simplestreams/types';
import { bootloaderFields, bootloaderVersion, imageFields, itemOf } from '../../simplestreams/made-documents';

const young: Ineligible = { why: 'young', since: '2026-11-25T09:12:00Z' };
const flavours = { ga: 'ga-24.04', hwe: 'hwe-24.04', edge: 'hwe-24.04-edge' };
type Flavour = keyof typeof flavours;
const keyOf = (flavour: Flavour) => `ubuntu/noble/amd64/${flavours[flavour]}/generic`;

function rooted(root: string, kernel = 'k'): Version {
  return { items: { squashfs: itemOf('squashfs', root), 'boot-kernel': itemOf('boot-kernel', kernel) } };
}
const rootOf = (version: Version) => tripleOf(version).root;
const sha = (root: string) => itemOf('', root).sha256;

/** A product by names and roots of its versions, newest last; `!` marks one that is young. */
function product(flavour: Flavour, versions: Readonly<Record<string, string>>): Product {
  const made = Object.entries(versions).map(([name, root]) => [name, rooted(root.replace('!', ''))]);
  return { ...imageFields, subarch: flavours[flavour], versions: Object.fromEntries(made) };
}
function candidates(flavour: Flavour, versions: Readonly<Record<string, string>>): Candidate[] {
  const one = product(flavour, versions);
  return Object.entries(one.versions).map(([name, version]) => {
    return { product: one, name, version, ...(versions[name]?.includes('!') && { why: young }) };
  });
}
const standing = (flavour: Flavour, root: string, floor?: string): Standing => {
  return { product: product(flavour, { '0': root }), ...(floor !== undefined && { floor }) };
};
const told = ({ taken }: ChosenSet) =>
  taken.map(({ product: { subarch, kflavor }, name }) => `${maasName({ subarch, kflavor, versions: {} })} ${name}`);

describe('of products that must have one root, a view takes', () => {
  it('the newest versions with the newest root', () => {
    const from = [
      ...candidates('ga', { '1': 'r1', '2': 'r2' }),
      ...candidates('hwe', { '1': 'r1', '2': 'r2', '3': 'r2' }),
    ];
    const sets = chosenSets(from, [], 'newest');
    expect(sets.map(told)).toEqual([['ga-24.04 2', 'hwe-24.04 3']]);
    expect(sets[0]).toMatchObject({
      products: [keyOf('ga'), keyOf('hwe')],
      root: sha('r2'),
      leftOut: [],
      passedOver: [],
    });
  });

  it('nothing if one of them is not eligible, and says which', () => {
    const from = [...candidates('ga', { '1': 'r1', '2': 'r2' }), ...candidates('hwe', { '1': 'r1', '2': 'r2!' })];
    const [set] = chosenSets(from, [], 'newest');
    expect(set?.taken).toEqual([]);
    expect(set?.passedOver.map(({ candidate, why }) => [candidate.name, why])).toEqual([['2', young]]);
  });

  it('eligible ones of an older root where its own products would not be complete with the newest', () => {
    const from = [...candidates('ga', { '1': 'r1', '2': 'r2' }), ...candidates('hwe', { '1': 'r1', '2': 'r2!' })];
    const [set] = chosenSets(from, [standing('ga', 'r0'), standing('hwe', 'r0')], 'newest eligible');
    expect(set && told(set)).toEqual(['ga-24.04 1', 'hwe-24.04 1']);
    expect(set?.passedOver.map(({ why }) => why)).toEqual([young, { why: 'incomplete', missing: [keyOf('hwe')] }]);
  });

  it('the newest root without a flavour that it lacks and that is not eligible, and says why', () => {
    const from = [
      ...candidates('ga', { '1': 'r1', '2': 'r2' }),
      ...candidates('hwe', { '2': 'r2!' }),
      ...candidates('edge', { '1': 'r1' }),
    ];
    const [set] = chosenSets(from, [standing('ga', 'r1')], 'newest eligible');
    expect(set && told(set)).toEqual(['ga-24.04 2']);
    expect(set?.leftOut).toEqual([{ product: keyOf('edge') }, { product: keyOf('hwe'), why: young }]);
  });

  it('only what is new of a root that its products have already', () => {
    const from = [...candidates('ga', { '2': 'r2!' }), ...candidates('hwe', { '2': 'r2', '3': 'r2' })];
    const [set] = chosenSets(from, [standing('ga', 'r2'), standing('hwe', 'r2')], 'newest eligible');
    expect(set && told(set)).toEqual(['hwe-24.04 3']);
  });

  it('nothing older than the root that all its products have, even if nothing of that is eligible', () => {
    const from = candidates('ga', { '1': 'r1', '2': 'r2!' });
    const [set] = chosenSets(from, [standing('ga', 'r2')], 'newest eligible');
    expect(set).toMatchObject({ taken: [], leftOut: [] });
    expect(set?.passedOver).toHaveLength(1);
  });

  it('an older version of the same root if the newest is not eligible', () => {
    const [set] = chosenSets(candidates('ga', { '1': 'r1', '2': 'r1!' }), [], 'newest eligible');
    expect(set && told(set)).toEqual(['ga-24.04 1']);
    expect(set?.passedOver.map(({ candidate }) => candidate.name)).toEqual(['2']);
  });

  it('nothing from below the version that it has come from', () => {
    const from = candidates('ga', { '1': 'r1', '2': 'r2' });
    expect(chosenSets(from, [standing('ga', 'r3', '3')], 'newest eligible').map(told)).toEqual([[]]);
    expect(chosenSets(from, [standing('ga', 'r2', '2')], 'newest eligible').map(told)).toEqual([['ga-24.04 2']]);
  });

  it('nothing of a group that it lacks without the main kernel, by age or by hand', () => {
    const from = [...candidates('ga', { '1': 'r1', '2': 'r2!' }), ...candidates('hwe', { '1': 'r1', '2': 'r2' })];
    const [set] = chosenSets(from, [], 'newest eligible');
    expect(set && told(set)).toEqual(['ga-24.04 1', 'hwe-24.04 1']);
    expect(chosenSets(from, [], 'newest').map(told)).toEqual([[]]);
    expect(chosenSets(candidates('hwe', { '2': 'r2' }), [], 'newest').map(told)).toEqual([['hwe-24.04 2']]);
  });

  it('by hand all that is new of what it has, and leaves out what it lacks and may not take', () => {
    const from = [...candidates('ga', { '2': 'r2' }), ...candidates('edge', { '2': 'r2!' })];
    const [set] = chosenSets(from, [standing('ga', 'r1')], 'newest');
    expect(set && told(set)).toEqual(['ga-24.04 2']);
    expect(set?.leftOut).toEqual([{ product: keyOf('edge'), why: young }]);
    expect(chosenSets(from, [standing('ga', 'r1'), standing('edge', 'r1')], 'newest').map(told)).toEqual([[]]);
  });

  it('nothing while a product of its own is not there to take', () => {
    const [set] = chosenSets(candidates('ga', { '1': 'r1' }), [standing('hwe', 'r0')], 'newest eligible');
    expect(set?.taken).toEqual([]);
    expect(set?.passedOver.map(({ why }) => why)).toEqual([{ why: 'incomplete', missing: [keyOf('hwe')] }]);
  });
});

describe('what shares its root with nothing', () => {
  const loader = (arch: string): Product => ({ ...bootloaderFields, arch, versions: {} });
  const version = bootloaderVersion('1');

  it('is chosen by its names alone', () => {
    const from = [
      { product: loader('i386'), name: '1', version },
      { product: loader('i386'), name: '2', version, why: young },
      { product: loader('arm64'), name: '2', version },
    ];
    const sets = chosenSets(from, [], 'newest eligible');
    expect(sets.map(({ taken, root }) => [taken[0]?.name, root])).toEqual([
      ['1', undefined],
      ['2', undefined],
    ]);
  });

  it('is a product of another release, architecture or disjoint subarches', () => {
    const others = [{ release: 'jammy' }, { arch: 'arm64' }, { os: 'debian' }, { subarches: 'xgene-uboot' }];
    const from = [{}, ...others].map((more, at) => {
      const one: Product = { ...product('ga', { '1': `r${at}` }), ...more };
      return { product: one, name: '1', version: rooted(`r${at}`) };
    });
    expect(chosenSets(from, [], 'newest').map(({ taken }) => taken.length)).toEqual([1, 1, 1, 1, 1]);
  });
});

const names = ['1', '2', '3', '4'];
const roots = fc.constantFrom('r1', 'r2', 'r3', 'r1!', 'r2!', 'r3!');
const versions = fc.dictionary(fc.constantFrom(...names), roots, { maxKeys: 4, noNullPrototype: true });
const all = Object.keys(flavours) as Flavour[];
const source = fc
  .tuple(versions, versions, versions)
  .map((some) => some.flatMap((one, at) => candidates(all[at] ?? 'ga', one)));
const target = fc
  .array(
    fc.tuple(
      fc.constantFrom(...all),
      fc.constantFrom('r0', 'r1', 'r2', 'r3'),
      fc.option(fc.constantFrom(...names), { nil: undefined }),
    ),
  )
  .map((some) => [
    ...new Map(some.map(([flavour, root, floor]) => [flavour, standing(flavour, root, floor)])).values(),
  ]);

describe('whatever a view offers and another one has,', () => {
  it('what it then has of a group has one root, is eligible, and is not below the floor', () => {
    fc.assert(
      fc.property(source, target, fc.constantFrom('newest' as const, 'newest eligible' as const), (from, to, mode) => {
        for (const { taken, products } of chosenSets(from, to, mode)) {
          expect(taken.filter(({ why }) => why !== undefined)).toEqual([]);
          const floors = new Map(to.map((one) => [one.product.subarch, one.floor ?? '']));
          for (const { product: one, name } of taken) expect(name >= (floors.get(one.subarch) ?? '')).toBe(true);
          if (taken.length === 0) continue;
          const took = new Set(taken.map(({ product: one }) => one.subarch));
          const kept = to.filter(
            ({ product: one }) => !took.has(one.subarch) && products.some((key) => key.includes(`/${one.subarch}/`)),
          );
          const newest = [
            ...taken.map(({ version }) => version),
            ...kept.flatMap(({ product: one }) => Object.values(one.versions)),
          ];
          expect(new Set(newest.map(rootOf)).size).toBe(1);
        }
      }),
    );
  });

  it('no complete set of a newer root is passed over', () => {
    fc.assert(
      fc.property(source, target, (from, to) => {
        for (const { taken, products } of chosenSets(from, to, 'newest eligible')) {
          const mine = from.filter(({ product: one, name, why }) => {
            const floor = to.find((other) => other.product.subarch === one.subarch)?.floor ?? '';
            return why === undefined && name >= floor && products.some((key) => key.includes(`/${one.subarch}/`));
          });
          const main = keyOf('ga');
          const complete = [...new Set(mine.map(({ version }) => rootOf(version)))].filter(
            (root) =>
              (to.length > 0 ||
                !from.some(({ product: one }) => productKey(one) === main) ||
                mine.some(({ product: one, version }) => productKey(one) === main && rootOf(version) === root)) &&
              to.every(({ product: one }) => {
                const there = Object.values(one.versions).some((version) => rootOf(version) === root);
                return (
                  there || mine.some((other) => other.product.subarch === one.subarch && rootOf(other.version) === root)
                );
              }),
          );
          const allThere =
            to.length > 0 &&
            new Set(to.flatMap(({ product: one }) => Object.values(one.versions).map(rootOf))).size === 1;
          if (complete.length > 0 && !allThere) expect(taken).not.toEqual([]);
          if (complete.length === 0) expect(taken).toEqual([]);
        }
      }),
    );
  });
});
