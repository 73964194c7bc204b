import { newestOf } from '../../simplestreams/merge';
import type { Product, Version } from '../../simplestreams/types';
import { byBytes, sortsAbove } from '../../simplestreams/version-order';
import { productKey, tripleOf } from '../state/product-key';
import type { Ineligible } from './eligible';
import { offerGroups, sharesRoot } from './offer-groups';

/** A version that could enter a view. */
export interface Candidate {
  /** The product in the view that it comes from. */
  readonly product: Product;
  readonly name: string;
  readonly version: Version;
  /** Why it may not be taken. @default - it may */
  readonly why?: Ineligible;
}

/** A product that the target offers. */
export interface Standing {
  readonly product: Product;
  /** Candidates whose names are lower are not taken: the target is past them. @default - all may be taken */
  readonly floor?: string;
}

/** What is taken for the products that must have one root. */
export interface ChosenSet {
  /** Keys of all products of the group, here and there, sorted. */
  readonly products: readonly string[];
  /** sha256. @default - nothing is taken, or the product shares its root with none */
  readonly root?: string;
  /** At most one for each product, also what the target has already. Empty: no set is complete, see `passedOver`. */
  readonly taken: readonly Candidate[];
  /** Products that the target lacks, and of which no version has this root or may be taken. */
  readonly leftOut: readonly LeftOut[];
  /** Newer ones that are not taken. */
  readonly passedOver: readonly PassedOver[];
}

export interface LeftOut {
  readonly product: string;
  /** @default - it has no version with this root */
  readonly why?: Ineligible;
}

export interface PassedOver {
  readonly candidate: Candidate;
  /** `incomplete`: it may be taken, but these products of the target have no suitable version with its root. */
  readonly why: Ineligible | { readonly why: 'incomplete'; readonly missing: readonly string[] };
}

/**
 * newest: of the newest root, the newest versions; all of what the target has, or of all if it has nothing of the group, must
 * be eligible. newest eligible: the newest eligible ones
 * of the newest root for which the products of the target are complete.
 */
export type Mode = 'newest' | 'newest eligible';

/**
 * Chooses what a view takes, for each group of products that must have one root. A product that the target offers is never
 * left with another root than its sisters; one that it lacks may stay out, unless it is the main one: a view that has nothing
 * of a group begins with its main kernel, since that is what MAAS deploys by default.
 */
export function chosenSets(from: readonly Candidate[], target: readonly Standing[], mode: Mode): ChosenSet[] {
  const candidates = Map.groupBy(from, ({ product }) => productKey(product));
  const standing = new Map(target.map((one) => [productKey(one.product), one]));
  const groups = offerGroups(
    [...new Set([...from, ...target].map(({ product }) => product))].map((product) => ({ product })),
  );
  const mains = keysOf(from.filter(({ product }) => isMain(product)));
  return groups.map((members) => {
    const keys = [...new Set(members.map(({ product }) => productKey(product)))].sort(byBytes);
    const offered = keys.flatMap((key) => (candidates.get(key) ?? []).filter(isAbove(standing.get(key)?.floor)));
    return chosenOf({ keys, offered, standing, mains }, mode);
  });
}

/** Products that must have one root. */
interface Group {
  readonly keys: readonly string[];
  readonly offered: readonly Candidate[];
  readonly standing: ReadonlyMap<string, Standing>;
  /** Keys of main kernels, of any group. */
  readonly mains: ReadonlySet<string>;
}

function chosenOf(group: Group, mode: Mode): ChosenSet {
  const passedOver: PassedOver[] = [];
  for (const [root, offered] of rootsOf(group.offered)) {
    const attempt = attemptOf(root, offered, group, mode);
    passedOver.push(...passedOverBy(attempt));
    if (attempt.isComplete) return { ...chosen(root, attempt, group), passedOver };
    if (mode === 'newest') break;
  }
  return { products: group.keys, taken: [], leftOut: [], passedOver };
}

/** Candidates by root, in the order of the newest name that has it; each newest first. */
function rootsOf(offered: readonly Candidate[]): Map<string, Candidate[]> {
  const newestFirst = [...offered].sort((one, other) => byBytes(other.name, one.name));
  return Map.groupBy(newestFirst, ({ product, name, version }) => rootOf(product, name, version));
}

/** Of a product that shares its root with none, every version is a set of its own. */
function rootOf(product: Product, name: string, version: Version): string {
  return (sharesRoot(product) ? tripleOf(version).root : undefined) ?? name;
}

/** What could be taken with one root. */
interface Attempt {
  readonly taken: readonly Candidate[];
  /** Versions that may not be taken; of each product, only those above the one that is. */
  readonly barred: readonly { readonly candidate: Candidate; readonly why: Ineligible }[];
  /** Products of the target that would keep another root. */
  readonly missing: readonly string[];
  readonly isComplete: boolean;
}

function attemptOf(root: string, offered: readonly Candidate[], group: Group, mode: Mode): Attempt {
  const { keys, standing, mains } = group;
  const byKey = Map.groupBy(offered, ({ product }) => productKey(product));
  const tried = keys.map((key) => {
    const some = byKey.get(key) ?? [];
    const first = some.findIndex(({ why }) => why === undefined);
    return { newer: first < 0 ? some : some.slice(0, first), take: some[first] };
  });
  const taken = tried.flatMap(({ take }) => take ?? []);
  const newer = tried.flatMap((one) => one.newer);
  const barred = newer.flatMap((candidate) => (candidate.why ? [{ candidate, why: candidate.why }] : []));
  const has = keysOf(taken);
  const isThere = keys.some((key) => standing.has(key));
  const isWanted = (key: string) => lacksRoot(standing.get(key), root) || (!isThere && mains.has(key));
  const missing = keys.filter((key) => !has.has(key) && isWanted(key));
  const isOwn = (key: string) => !isThere || standing.has(key);
  const isRefused = mode === 'newest' && barred.some(({ candidate }) => isOwn(productKey(candidate.product)));
  return { taken, barred, missing, isComplete: !isRefused && missing.length === 0 && (taken.length > 0 || isThere) };
}

function passedOverBy({ taken, barred, missing }: Attempt): PassedOver[] {
  if (missing.length === 0) return [...barred];
  return [...barred, ...taken.map((candidate) => ({ candidate, why: { why: 'incomplete', missing } as const }))];
}

function chosen(root: string, { taken, barred }: Attempt, { keys, standing }: Group): Omit<ChosenSet, 'passedOver'> {
  const has = keysOf(taken);
  const leftOut = keys.filter((key) => !has.has(key) && !standing.has(key));
  const reasonOf = (key: string) => barred.find(({ candidate }) => productKey(candidate.product) === key)?.why;
  return {
    products: keys,
    ...(taken.some(({ product }) => sharesRoot(product)) && { root }),
    taken,
    leftOut: leftOut.map((product) => {
      const why = reasonOf(product);
      return { product, ...(why && { why }) };
    }),
  };
}

function keysOf(some: readonly { readonly product: Product }[]): Set<string> {
  return new Set(some.map(({ product }) => productKey(product)));
}

/** The kernel of the release itself: `ga-24.04`, and `generic` of Debian. */
function isMain({ subarch = '', kflavor = 'generic' }: Product): boolean {
  return kflavor === 'generic' && (subarch === 'generic' || subarch.startsWith('ga-'));
}

/** Whether the target offers the product with another root as its newest. */
function lacksRoot(standing: Standing | undefined, root: string): boolean {
  if (standing === undefined) return false;
  const newest = newestOf(standing.product);
  return newest === undefined || rootOf(standing.product, newest.name, newest.version) !== root;
}

function isAbove(floor: string | undefined): (candidate: Candidate) => boolean {
  return ({ name }) => floor === undefined || !sortsAbove(floor, name);
}
