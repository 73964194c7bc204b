import { rfc2822 } from '../simplestreams/json';
import { sameJson } from '../simplestreams/same-json';
import type { Product, Products } from '../simplestreams/types';
import type { PublishedView } from './read-view';
import { keptLedger } from './state/kept-ledger';
import { trimmed } from './state/shelf';
import type { ViewChange, ViewContent } from './state/view-content';

/** The new content of a view. Parts that do not change are the objects that were read. */
export interface NextContent extends ViewContent {
  /** The documents that are new or have changed. */
  readonly changed: ReadonlyMap<string, Products>;
  /** Those of them that are taken as another view has signed them. */
  readonly taken: NonNullable<ViewChange['taken']>;
  readonly at: Date;
}

/** The content of a published view. */
export function contentOf({ view, digest, documents, state, shelf, ledger }: PublishedView): ViewContent {
  const products = new Map([...documents].map(([id, { document }]) => [id, document]));
  const paths = new Map([...documents].map(([id, { path }]) => [id, path]));
  const signed = digest === undefined ? {} : { signed: { index: digest, paths } };
  return { view, documents: products, state, shelf, ledger, ...signed };
}

/**
 * The content of a view after a change, with everything that follows from it. A document that differs only in its date is
 * not changed. If any other differs, all documents get the date of the change, except those that are taken as they are: MAAS
 * 3.7 and later keeps what it has read before, unless the date of the first document is later
 * (maasservicelayer/services/image_manifests.py, `fetch_and_update`). The ledger remembers what left.
 */
export function nextContent(before: ViewContent, change: Partial<ViewChange>, at: Date): NextContent {
  const wanted = change.documents ?? before.documents;
  const taken = new Map([...(change.taken ?? [])].filter(([id]) => wanted.has(id)));
  const kept = new Map([...wanted].map(([id, next]) => [id, keptOr(before.documents.get(id), next)]));
  const isSame =
    kept.size === before.documents.size && [...kept].every(([id, one]) => one === before.documents.get(id));
  const updated = dateAfter(before, at);
  const dated = [...kept].map(([id, one]) => [id, taken.has(id) ? one : { ...one, updated }] as const);
  const documents = isSame ? before.documents : new Map(dated);
  const changed = new Map([...documents].filter(([id, document]) => document !== before.documents.get(id)));
  const state = sameOr(before.state, change.state ?? before.state);
  const shelf = sameOr(before.shelf, trimmed(change.shelf ?? before.shelf));
  const ledger = keptLedger(before, { documents, shelf, ledger: change.ledger ?? before.ledger }, at);
  return { view: before.view, documents, changed, taken, state, shelf, ledger, at };
}

/** The date of a change: later than all dates before it, in seconds, even if the clocks of publishers differ. */
function dateAfter({ documents }: ViewContent, at: Date): string {
  const before = [...documents.values()].map(({ updated }) => Date.parse(updated) + 1000);
  return rfc2822(new Date(Math.max(at.getTime(), ...before)));
}

/** Whether the content of a view changes. */
export function hasChanged(before: ViewContent, { documents, changed, state, shelf, ledger }: NextContent): boolean {
  const isAnother = state !== before.state || shelf !== before.shelf || ledger !== before.ledger;
  return changed.size > 0 || documents.size !== before.documents.size || isAnother;
}

function sameOr<Part extends object>(before: Part | undefined, next: Part): Part {
  return before !== undefined && sameJson(before, next) ? before : next;
}

/** Products and versions that say the same are the objects that were read, so that what follows compares only the others. */
function keptOr(before: Products | undefined, next: Products): Products {
  if (before === undefined || before === next) return next;
  const [{ products: were, ...head }, { products: all, ...nextHead }] = [before, next];
  const products = Object.entries(all).map(([id, product]) => [id, keptProduct(were[id], product)] as const);
  const isSame = isSameAs(were, products) && sameJson({ ...head, updated: '' }, { ...nextHead, updated: '' });
  return isSame ? before : { ...next, products: Object.fromEntries(products) };
}

function keptProduct(before: Product | undefined, next: Product): Product {
  if (before === undefined || before === next) return next;
  const [{ versions: were, ...fields }, { versions: all, ...nextFields }] = [before, next];
  const versions = Object.entries(all).map(([name, version]) => [name, sameOr(were[name], version)] as const);
  const isSame = isSameAs(were, versions) && sameJson(fields, nextFields);
  return isSame ? before : { ...next, versions: Object.fromEntries(versions) };
}

/** Whether these are the very members of an object. */
function isSameAs<Part>(
  object: Readonly<Record<string, Part>>,
  members: readonly (readonly [string, Part])[],
): boolean {
  return members.length === Object.keys(object).length && members.every(([key, each]) => object[key] === each);
}
