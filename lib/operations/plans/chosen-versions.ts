import { MirrorError } from '../../errors';
import { fieldsOfKey } from '../../publication/state/product-key';
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

/** What `newest` meant when a request was planned first, so that nothing else is meant by it when it is carried out. */
export interface Settled {
  /** The name of each product's version, by its key. @default - no name is settled yet, or the request names the version */
  readonly settled?: ReadonlyMap<string, string>;
}

/**
 * The versions that an operator means, of each product that has it, in the documents or on the shelf.
 * @param word its name, or `newest`: of each product its own newest, since what has not changed keeps its name
 * @param settled of a request that was planned before
 * @returns the highest name first
 * @throws NoSuchVersion (misuse) if none has it, which lists the names that there are; PlanChanged if one that is settled is
 * gone
 */
export function chosenVersions(
  view: string,
  products: readonly ChosenProduct[],
  word: string,
  { settled }: Settled = {},
): ChosenVersion[] {
  const chosen = products.flatMap((one) => {
    const name = word === 'newest' ? (settled?.get(one.key) ?? newestUnless(settled, one)) : word;
    const version = name === undefined ? undefined : versionNamed(one, name);
    return name === undefined || version === undefined ? [] : [{ ...one, name, version }];
  });
  refuseGone(view, chosen, settled);
  if (chosen.length === 0) throw notThere(view, products, word);
  return chosen.sort((one, other) => byBytes(other.name, one.name));
}

/** The request with what its `newest` means: what is published before it is carried out is not meant. */
export function settledOn<Request extends { readonly version: string }>(
  request: Request,
  versions: readonly ChosenVersion[],
): Request & Settled {
  if (request.version !== 'newest') return request;
  return { ...request, settled: new Map(versions.map(({ key, name }) => [key, name])) };
}

/** The names of a product's versions in the documents, newest first. */
export function namesOf({ versions }: Product): string[] {
  return Object.keys(versions).sort((one, other) => byBytes(other, one));
}

function newestUnless(settled: Settled['settled'], { product }: ChosenProduct): string | undefined {
  return settled === undefined ? newestVersion(product) : undefined;
}

/** Another operator may have removed one meanwhile: the rest alone is not what was meant. */
function refuseGone(view: string, chosen: readonly ChosenVersion[], settled: Settled['settled'] = new Map()): void {
  const there = new Set(chosen.map(({ key }) => key));
  const [gone] = [...settled].filter(([key]) => !there.has(key));
  if (gone === undefined) return;
  const [key, name] = gone;
  const said = `${view} no longer has ${nameOf(fieldsOfKey(key))} ${name}, which was the newest when this began`;
  throw new MirrorError('PlanChanged', said, { hint: 'run the command again, with the version that you mean' });
}

/** The version of this name that a product offers, or that waits outside the documents. */
export function versionNamed({ product, shelved }: ChosenProduct, name: string): Version | undefined {
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
