import { MirrorError } from '../errors';
import { mirror as layout } from '../job/layout';
import { sha256Of } from '../simplestreams/documents';
import { parseIndex, parseProducts } from '../simplestreams/json';
import { clearsignedFault } from '../simplestreams/openpgp/signed-text';
import type { Signer } from '../simplestreams/openpgp/signer';
import { splitClearsigned } from '../simplestreams/openpgp/split-clearsigned';
import type { Index, Products } from '../simplestreams/types';
import type { Store } from '../store/store';

/** A view as it is published now. */
export interface PublishedView {
  readonly view: string;
  readonly index: Index | undefined;
  /** For the next commit; null where there is no index yet. */
  readonly tag: string | null;
  /** By content id. */
  readonly documents: ReadonlyMap<string, { readonly path: string; readonly document: Products }>;
}

/** Its index alone. */
export type PublishedIndex = Omit<PublishedView, 'documents'>;

interface Reading {
  readonly mirror: Store;
  readonly signer?: Signer;
}

/**
 * Reads a view that is to be added to. What is built upon is signed again, so it must be ours and whole.
 * @throws BadSignature where the index is not what our key has signed; ChecksumMismatch where a document is changed
 */
export async function readView(view: string, reading: Reading): Promise<PublishedView> {
  const found = await readIndex(view, reading);
  const documents = new Map<string, { path: string; document: Products }>();
  for (const [contentId, { path }] of Object.entries(found.index?.index ?? {})) {
    const text = await readDocumentText(view, path, reading.mirror);
    documents.set(contentId, { path, document: parseProducts(text, layout.document(view, path)) });
  }
  return { ...found, documents };
}

/** @throws BadSignature where it is not what our key has signed */
export async function readIndex(view: string, { mirror, signer }: Reading): Promise<PublishedIndex> {
  const key = layout.index(view);
  const found = await mirror.read(key);
  if (found === undefined) return { view, index: undefined, tag: null };

  const fault = clearsignedFault(found.bytes) ?? (await signer?.faultOf(found.bytes));
  if (fault !== undefined) {
    throw new MirrorError('BadSignature', `${key} of ${mirror.name} is not what this mirror's key signed: ${fault}`, {
      hint: 'maas-mirror verify says what else is wrong; give the key of this mirror with --key',
    });
  }
  return { view, index: parseIndex(splitClearsigned(found.bytes).text, key), tag: found.tag };
}

/**
 * The JSON of a document that the index names, as it was signed.
 * @throws NoSuchObject; ChecksumMismatch where it is changed
 */
export async function readDocumentText(view: string, path: string, mirror: Store): Promise<string> {
  const key = layout.document(view, path);
  const found = await mirror.read(key);
  if (found === undefined) {
    throw new MirrorError('NoSuchObject', `${mirror.name} has no ${key}, which its index names`, {
      hint: 'restore it from a backup or another copy of the mirror; maas-mirror verify names all that is missing',
    });
  }
  if (!path.includes(sha256Of(found.bytes))) {
    throw new MirrorError('ChecksumMismatch', `${key} has sha256 ${sha256Of(found.bytes)}, not the one in its name`, {
      hint: 'the file was changed; restore it from a backup or another copy of the mirror',
    });
  }
  return splitClearsigned(found.bytes).text;
}
