import { rfc2822, writeJson } from '../simplestreams/json';
import type { Products } from '../simplestreams/types';
import type { PublishedView } from './read-view';
import type { ViewState } from './state/state-document';

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
 * Compares the wanted content with what is published: a document that differs only in its date is not changed; every other
 * one gets the date of the change.
 */
export function nextContent(before: ViewContent, wanted: ViewContent, at: Date): NextContent {
  const documents = new Map([...wanted.documents].map(([id, next]) => [id, dated(before.documents.get(id), next, at)]));
  const changed = new Map([...documents].filter(([id, document]) => document !== before.documents.get(id)));
  const state = writeJson(wanted.state) === writeJson(before.state) ? before.state : wanted.state;
  return { documents, changed, state, at };
}

/** Whether the content of a view changes. */
export function hasChanged(before: ViewContent, { documents, changed, state }: NextContent): boolean {
  return changed.size > 0 || documents.size !== before.documents.size || state !== before.state;
}

function dated(before: Products | undefined, next: Products, at: Date): Products {
  return before !== undefined && saysTheSame(before, next) ? before : { ...next, updated: rfc2822(at) };
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
