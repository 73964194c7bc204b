import { rfc2822, writeJson } from '../simplestreams/json';
import type { Products } from '../simplestreams/types';
import type { PublishedView } from './read-view';
import type { ViewState } from './view-state';

/** The content of a view: everything that a change depends on, and everything that it can change. */
export interface ViewContent {
  /** By content id. */
  readonly documents: ReadonlyMap<string, Products>;
  readonly state: ViewState;
}

/** The new content of a view. */
export interface NextContent extends ViewContent {
  /** The documents that are new or have changed. The others are those that were read. */
  readonly changed: ReadonlyMap<string, Products>;
  readonly at: Date;
}

/** The content of a published view. */
export function contentOf({ documents, state }: PublishedView): ViewContent {
  return { documents: new Map([...documents].map(([id, { document }]) => [id, document])), state };
}

/**
 * Compares the wanted content with what is published. A document that differs only in its date is not changed. If any other
 * differs, all documents get the date of the change: MAAS 3.7 and later keeps what it has read before, unless the date of the
 * first document is later (maasservicelayer/services/image_manifests.py, `fetch_and_update`).
 */
export function nextContent(before: ViewContent, wanted: ViewContent, at: Date): NextContent {
  const kept = new Map([...wanted.documents].map(([id, next]) => [id, keptOr(before.documents.get(id), next)]));
  const isSame =
    kept.size === before.documents.size && [...kept].every(([id, one]) => one === before.documents.get(id));
  const updated = dateAfter(before, at);
  const documents = isSame ? before.documents : new Map([...kept].map(([id, one]) => [id, { ...one, updated }]));
  const changed = isSame ? new Map<string, Products>() : documents;
  const state = writeJson(wanted.state) === writeJson(before.state) ? before.state : wanted.state;
  return { documents, changed, state, at };
}

/** The date of a change: later than all dates before it, in seconds, even if the clocks of publishers differ. */
function dateAfter({ documents }: ViewContent, at: Date): string {
  const before = [...documents.values()].map(({ updated }) => Date.parse(updated) + 1000);
  return rfc2822(new Date(Math.max(at.getTime(), ...before)));
}

/** Whether the content of a view changes. */
export function hasChanged(before: ViewContent, { documents, changed, state }: NextContent): boolean {
  return changed.size > 0 || documents.size !== before.documents.size || state !== before.state;
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
