import { MirrorError } from '../../errors';
import { newestVersion } from '../../simplestreams/merge';
import type { Product, Version } from '../../simplestreams/types';
import { byBytes } from '../../simplestreams/version-order';
import { type ChosenProduct, nameOf } from './chosen-products';

/** A version of a product that an operator means. */
export interface ChosenVersion extends ChosenProduct {
  readonly name: string;
  readonly version: Version;
}

/** How many names an error lists. */
const mostListed = 10;

/**
 * The versions that an operator means, of each product that has it, in the documents or on the shelf.
 * @param word its name, or `newest`: of each product its own newest, since what has not changed keeps its name
 * @returns the highest name first
 * @throws NoSuchVersion (misuse) if none has it, which lists the names that there are
 */
export function chosenVersions(view: string, products: readonly ChosenProduct[], word: string): ChosenVersion[] {
  const chosen = products.flatMap((one) => {
    const name = word === 'newest' ? newestVersion(one.product) : word;
    const version = name === undefined ? undefined : versionOf(one, name);
    return name === undefined || version === undefined ? [] : [{ ...one, name, version }];
  });
  if (chosen.length === 0) throw notThere(view, products, word);
  return chosen.sort((one, other) => byBytes(other.name, one.name));
}

/**
 * The word for the versions that were chosen, when the plan is carried out: what is published meanwhile is not meant by `newest`.
 * Where products have different names, it stays `newest`.
 */
export function settledWord(word: string, versions: readonly ChosenVersion[]): string {
  const names = new Set(versions.map(({ name }) => name));
  return names.size === 1 ? ([...names][0] ?? word) : word;
}

/** The names of a product's versions in the documents, newest first. */
export function namesOf({ versions }: Product): string[] {
  return Object.keys(versions).sort((one, other) => byBytes(other, one));
}

function versionOf({ product, shelved }: ChosenProduct, name: string): Version | undefined {
  if (Object.hasOwn(product.versions, name)) return product.versions[name];
  return shelved !== undefined && Object.hasOwn(shelved.versions, name) ? shelved.versions[name]?.version : undefined;
}

function notThere(view: string, products: readonly ChosenProduct[], word: string): MirrorError {
  const names = products.flatMap(({ product, shelved }) => [
    ...namesOf(product),
    ...Object.keys(shelved?.versions ?? {}),
  ]);
  const newestFirst = [...new Set(names)].sort((one, other) => byBytes(other, one));
  const more = newestFirst.length > mostListed ? ', …' : '';
  return new MirrorError(
    'NoSuchVersion',
    `the view ${view} has no version ${word} of ${products.map(({ product }) => nameOf(product)).join(', ')}`,
    {
      hint: `it has: ${newestFirst.slice(0, mostListed).join(', ')}${more}`,
      misuse: true,
    },
  );
}
