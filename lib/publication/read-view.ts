import { jsonPathOf } from '../simplestreams/documents';
import { parseProducts } from '../simplestreams/json';
import type { Products } from '../simplestreams/types';
import {
  lacksSigner,
  type PublishedIndex,
  type Reading,
  readIndex,
  readPart,
  signedText,
  unlessLost,
} from './read-index';
import { type Remembered, readRemembered } from './read-state';

/** A view as it is published now. */
export interface PublishedView extends PublishedIndex, Remembered {
  readonly documents: PublishedDocuments;
}

/** By content id. */
type PublishedDocuments = ReadonlyMap<string, PublishedDocument>;

export interface PublishedDocument {
  /** Of its signed form, relative to the view. */
  readonly path: string;
  readonly document: Products;
  /** Whether `signer` has not signed it yet; always false outside a key rotation. */
  readonly byFormer: boolean;
}

/**
 * Reads a view that is to be changed. Its content is signed again, so it must be intact and signed by us. Unchecked reading
 * is only for readers, which ignore what was decided and remembered: it is then empty.
 * @throws BadSignature if the index is not what our key has signed; ChecksumMismatch if a document was changed;
 * NotSupported if a newer release has written the state
 */
export async function readView(view: string, reading: Reading): Promise<PublishedView> {
  const found = await readIndex(view, reading);
  return withRemembered(found, await readDocuments(found, reading), reading);
}

/** A view that may have lost documents. */
export interface RemainingView extends PublishedView {
  /** Whether documents are missing or were changed: `documents` are the others. */
  readonly hasLost: boolean;
}

/** As {@link readView}, for the deletion of a view, which needs no documents. @throws its errors, except about a lost document */
export async function readRemaining(view: string, reading: Reading): Promise<RemainingView> {
  const found = await readIndex(view, reading);
  const documents = new Map<string, PublishedDocument>();
  const entries = Object.entries(found.index?.index ?? {});
  for (const [id, { path }] of entries) {
    const document = await unlessLost(() => readDocument(view, path, reading));
    if (document !== undefined) documents.set(id, document);
  }
  return { ...(await withRemembered(found, documents, reading)), hasLost: documents.size < entries.length };
}

async function withRemembered(
  found: PublishedIndex,
  documents: PublishedDocuments,
  reading: Reading,
): Promise<PublishedView> {
  const published = new Map([...documents].map(([id, { document }]) => [id, document]));
  return { ...found, documents, ...(await readRemembered(found, published, reading)) };
}

/** Whether the new key still has to sign any part of a view. */
export function isByFormer({ byFormer, documents }: PublishedView): boolean {
  return byFormer || [...documents.values()].some((document) => document.byFormer);
}

/** The documents that an index names. @throws the errors of readView */
export async function readDocuments({ view, index }: PublishedIndex, reading: Reading): Promise<PublishedDocuments> {
  const documents = new Map<string, PublishedDocument>();
  for (const [contentId, { path }] of Object.entries(index?.index ?? {})) {
    documents.set(contentId, await readDocument(view, path, reading));
  }
  return documents;
}

async function readDocument(view: string, path: string, reading: Reading): Promise<PublishedDocument> {
  let byFormer = reading.known?.facts(view, path)?.byFormer ?? false;
  const document = await readPart(view, path, reading, async (bytes, key) => {
    byFormer = await lacksSigner(bytes, reading);
    const text = signedText(key, bytes);
    reading.known?.keepFacts(view, path, { jsonPath: jsonPathOf(text), byFormer });
    return parseProducts(text, key);
  });
  return { path, document, byFormer };
}
