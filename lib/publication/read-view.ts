import { MirrorError } from '../errors';
import { mirror as layout } from '../job/layout';
import { sha256Of } from '../sha256';
import { isNamedByItself } from '../simplestreams/documents';
import { parseIndex, parseProducts } from '../simplestreams/json';
import { clearsignedFault } from '../simplestreams/openpgp/signed-text';
import { splitClearsigned } from '../simplestreams/openpgp/split-clearsigned';
import type { Index, Products } from '../simplestreams/types';
import type { Press } from './press';
import { emptyState, parseState, statePathOf, type ViewState } from './state/state-document';

/** A view as it is published now. */
export interface PublishedView extends PublishedIndex {
  /** By content id. */
  readonly documents: ReadonlyMap<string, PublishedDocument>;
  readonly state: ViewState;
}

/** Its index alone. */
export interface PublishedIndex {
  readonly view: string;
  readonly index: Index | undefined;
  /** For the next commit; null where there is no index yet. */
  readonly tag: string | null;
  /** Whether the former key has signed the index; always false outside a key rotation. */
  readonly byFormer: boolean;
}

export interface PublishedDocument {
  /** Of its signed form, relative to the view. */
  readonly path: string;
  readonly document: Products;
  /** Whether `signer` has not signed it yet; always false outside a key rotation. */
  readonly byFormer: boolean;
}

/** Whose signatures are accepted. Without a signer, only the form of the index is checked. */
export interface Reading extends Pick<Press, 'mirror'>, Partial<Pick<Press, 'signer' | 'former'>> {
  /** Reads without checking signatures and checksums, for a list, which is not verified. @default false */
  readonly unchecked?: boolean;
}

/**
 * Reads a view that is to be changed. Its content is signed again, so it must be intact and signed by us. Unchecked reading
 * is only for readers, which ignore the state: it is then empty.
 * @throws BadSignature if the index is not what our key has signed; ChecksumMismatch if a document was changed;
 * NotSupported if a newer release has written the state
 */
export async function readView(view: string, reading: Reading): Promise<PublishedView> {
  const found = await readDocuments(view, reading);
  return { ...found, state: reading.unchecked ? emptyState : await readState(found, reading) };
}

/**
 * One document of a view as it is published now, or undefined. All documents are read, as for {@link readView}; the state
 * is not, since only a change needs it.
 */
export async function readProducts(view: string, contentId: string, reading: Reading): Promise<Products | undefined> {
  return (await readDocuments(view, reading)).documents.get(contentId)?.document;
}

async function readDocuments(view: string, reading: Reading): Promise<Omit<PublishedView, 'state'>> {
  const found = await readIndex(view, reading);
  const documents = new Map<string, PublishedDocument>();
  for (const [contentId, { path }] of Object.entries(found.index?.index ?? {})) {
    const bytes = await readNamed(view, path, reading);
    const document = parseProducts(splitClearsigned(bytes).text, layout.document(view, path));
    documents.set(contentId, { path, document, byFormer: await lacksSigner(bytes, reading) });
  }
  return { ...found, documents };
}

/** Whether the new key still has to sign any part of a view. */
export function isByFormer({ byFormer, documents }: PublishedView): boolean {
  return byFormer || [...documents.values()].some((document) => document.byFormer);
}

/** @throws BadSignature if it is not what our key has signed */
export async function readIndex(view: string, reading: Reading): Promise<PublishedIndex> {
  const { mirror, former } = reading;
  const key = layout.index(view);
  const found = await mirror.read(key);
  if (found === undefined) return { view, index: undefined, tag: null, byFormer: false };

  const { bytes, tag } = found;
  const byFormer = await lacksSigner(bytes, reading);
  const signer = byFormer ? former : reading.signer;
  const fault = reading.unchecked ? undefined : (clearsignedFault(bytes) ?? (await signer?.faultOf(bytes)));
  if (fault !== undefined) throw notSigned(key, fault, reading);
  return { view, index: parseIndex(splitClearsigned(bytes).text, key), tag, byFormer };
}

/**
 * The JSON of a document that the index names, as it was signed.
 * @throws NoSuchObject; ChecksumMismatch if it was changed
 */
export async function readDocumentText(view: string, path: string, reading: Reading): Promise<string> {
  return splitClearsigned(await readNamed(view, path, reading)).text;
}

/** The signed index names it by its sha256, so it is the published document, whichever key signed it. */
async function readNamed(view: string, path: string, { mirror, unchecked = false }: Reading): Promise<Buffer> {
  const key = layout.document(view, path);
  const found = await mirror.read(key);
  if (found === undefined) {
    throw new MirrorError('NoSuchObject', `${mirror.name} has no ${key}, but its index lists it`, {
      hint: 'restore it from a backup or another copy of the mirror; `maas-mirror verify` lists all missing files',
    });
  }
  if (unchecked || isNamedByItself(key, found.bytes)) return found.bytes;
  throw new MirrorError('ChecksumMismatch', `${key} has sha256 ${sha256Of(found.bytes)}, not the one in its name`, {
    hint: 'the file was changed; restore it from a backup or another copy of the mirror',
  });
}

async function lacksSigner(bytes: Buffer, { signer, former }: Reading): Promise<boolean> {
  return former !== undefined && signer !== undefined && (await signer.faultOf(bytes)) !== undefined;
}

async function readState({ view, index }: PublishedIndex, reading: Reading): Promise<ViewState> {
  const path = statePathOf(index, layout.index(view));
  if (path === undefined) return emptyState;
  return parseState((await readNamed(view, path, reading)).toString(), layout.document(view, path));
}

function notSigned(key: string, fault: string, { mirror, former }: Reading): MirrorError {
  const isChanging = former !== undefined;
  const says = isChanging ? 'has no valid signature by either key' : "has no valid signature by this mirror's key";
  const which = isChanging ? 'the old key' : "this mirror's key";
  return new MirrorError('BadSignature', `${key} of ${mirror.name} ${says}: ${fault}`, {
    hint: `give ${which} with --key; \`maas-mirror verify\` reports what else is wrong`,
  });
}
