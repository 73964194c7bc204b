import { newestVersion } from '../../simplestreams/merge';
import type { Product, Version } from '../../simplestreams/types';
import { byBytes, sortsAbove } from '../../simplestreams/version-order';
import { isForward, type KnownNames, knownNames, nameFault } from '../names/known-names';
import { renamed } from '../names/renamed';
import { nameAbove } from '../names/version-names';
import { highest } from '../state/highest';
import { contentDigest } from '../state/product-key';
import type { ViewContent } from '../state/view-content';
import type { SelectedProduct } from './selected-products';

/**
 * The versions of a product under the names that a selected view gives them: those of the source, unless the view has used
 * one for another content. The newest of the source is always the newest here. The names follow from what both views have, so
 * that another refresh gives the same ones.
 * @param here what the view has of the product
 */
export function ownNames(
  { id, product, label }: SelectedProduct,
  target: ViewContent,
  here: Product | undefined,
  at: Date,
): Readonly<Record<string, Version>> {
  const known = knownNames(target, id);
  const newest = newestVersion(product);
  const names = new Map<string, Version>();
  for (const [name, version] of Object.entries(product.versions)) {
    if (name === newest) continue;
    const own = olderName(name, contentDigest(version), known, names);
    if (own !== undefined) names.set(own, renamed(version, name, own, label));
  }
  const version = newest === undefined ? undefined : product.versions[newest];
  if (newest === undefined || version === undefined) return {};
  const own = newestName({ name: newest, version, product, here }, known, names, at);
  return Object.fromEntries([...names, [own, renamed(version, newest, own, label)]]);
}

/** Undefined if it can have none without being taken for something new: readers use only the newest, so it is left out. */
function olderName(
  name: string,
  content: string,
  known: KnownNames,
  given: ReadonlyMap<string, unknown>,
): string | undefined {
  const isFree = nameFault(name, content, known) === undefined && !given.has(name);
  return isFree ? name : namesWith(content, known).find((other) => !given.has(other));
}

interface Newest {
  readonly name: string;
  readonly version: Version;
  readonly product: Product;
  /** What the view has of the product. */
  readonly here: Product | undefined;
}

function newestName(
  { name, version, product, here }: Newest,
  known: KnownNames,
  others: ReadonlyMap<string, unknown>,
  at: Date,
): string {
  const content = contentDigest(version);
  const now = here && newestVersion(here);
  const isAbove = (one: string) => [...others.keys()].every((other) => sortsAbove(one, other));
  const mayBe = (one: string) => product['bootloader-type'] === undefined || isForward(one, now, known);
  const suits = (one: string) => isAbove(one) && mayBe(one) && nameFault(one, content, known) === undefined;
  const top = highest([name, ...(known.top === undefined ? [] : [known.top]), ...others.keys()]) ?? name;
  const there = [name, ...namesWith(content, known)].find(suits);
  return there ?? nameAbove(top, at, (one) => known.contents.has(one));
}

/** The names that this content had here, the highest first. */
function namesWith(content: string, { contents }: KnownNames): string[] {
  const found = [...contents].filter(([, other]) => other === content).map(([name]) => name);
  return found.sort((one, other) => byBytes(other, one));
}
