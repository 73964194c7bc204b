/* simplestreams: the simplestreams format: documents read, written and merged. */

import { MirrorError } from '../errors';
import { sha256Of } from '../sha256';
import { rfc2822, writeJson } from './json';
import type { Signer } from './openpgp/signer';
import type { Index, IndexEntry, Products } from './types';
import { byBytes } from './version-order';

/** A file of a view: its path relative to the view, and its content. */
export interface DocumentFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** The three files of a products document. */
export interface SealedDocument {
  readonly json: DocumentFile;
  readonly sjson: DocumentFile;
  readonly signature: DocumentFile;
}

/**
 * The files of a products document. Each is named by the sha256 of its own bytes and never changes, except the detached
 * signature, which is named after the JSON that it signs, because readers look for it there.
 * @param text JSON, as {@link writeJson} makes it
 */
export async function sealDocument(text: string, signer: Signer, at: Date): Promise<SealedDocument> {
  const signed = Buffer.from(await signer.clearsign(text, at));
  const json = { path: jsonPathOf(text), bytes: Buffer.from(text) };
  return {
    json,
    sjson: { path: `streams/v1/${sha256Of(signed)}.sjson`, bytes: signed },
    signature: { path: `${json.path}.gpg`, bytes: Buffer.from(await signer.detach(text, at)) },
  };
}

/** Whether a document's name is the digest of its bytes, so that no change can go unnoticed. */
export function isNamedByItself(path: string, bytes: Buffer): boolean {
  return (
    path
      .split('/')
      .at(-1)
      ?.startsWith(`${sha256Of(bytes)}.`) ?? false
  );
}

/** Path of a document's unsigned JSON. */
export function jsonPathOf(text: string): string {
  return `streams/v1/${sha256Of(text)}.json`;
}

/**
 * The index over sealed documents.
 * @param entries documents with the path of their signed form
 * @param before the index that it replaces, whose unknown fields are kept @default - none
 * @throws BadInput where two documents have the same content id: readers would see only one of them
 */
export function makeIndex(
  entries: readonly { readonly document: Products; readonly path: string }[],
  at: Date,
  before?: Index,
): Index {
  const ids = entries.map(({ document }) => document.content_id);
  const twice = ids.find((id, place) => ids.indexOf(id) !== place);
  if (twice !== undefined) throw new MirrorError('BadInput', `two documents have the content id ${twice}`);
  const index = entries.map(({ document, path }) => {
    const { content_id: id } = document;
    return [id, { ...before?.index[id], ...entryOf(document, path) }] as const;
  });
  return { ...before, format: 'index:1.0', index: Object.fromEntries(index), updated: rfc2822(at) };
}

function entryOf(document: Products, path: string): IndexEntry {
  return {
    datatype: document.datatype,
    format: document.format,
    path,
    products: Object.keys(document.products).sort(byBytes),
    updated: document.updated,
  };
}

/** The same index for readers that verify no signatures: it names the unsigned JSON documents. */
export function plainIndexOf(index: Index, jsonPathFor: (contentId: string) => string): Index {
  const entries = Object.entries(index.index).map(([id, entry]) => [id, { ...entry, path: jsonPathFor(id) }]);
  return { ...index, index: Object.fromEntries(entries) };
}
