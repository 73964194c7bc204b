import { rfc2822, writeJson } from '../simplestreams/json';
import type { Products } from '../simplestreams/types';
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

function sameOr<Part extends object>(before: Part, next: Part): Part {
  return next === before || writeJson(next) === writeJson(before) ? before : next;
}

function keptOr(before: Products | undefined, next: Products): Products {
  return before !== undefined && saysTheSame(before, next) ? before : next;
}

/** Compares products one by one: untouched ones are the same objects, so a large document need not be written out. */
function saysTheSame(one: Products, other: Products): boolean {
  if (one === other) return true;
  const [{ products, ...head }, { products: others, ...otherHead }] = [one, other];
  if (writeJson({ ...head, updated: '' }) !== writeJson({ ...otherHead, updated: '' })) return false;
  const ids = Object.keys(products);
  if (ids.length !== Object.keys(others).length) return false;
  return ids.every((id) => {
    const [product, twin] = [products[id], others[id]];
    return product === twin || (product && twin && writeJson(product) === writeJson(twin));
  });
}
