import { MirrorError } from '../errors';
import { mirror as layout } from '../job/layout';
import { sha256Of } from '../sha256';
import { isNamedByItself } from '../simplestreams/documents';
import { parseIndex } from '../simplestreams/json';
import { clearsignedFault } from '../simplestreams/openpgp/signed-text';
import { splitClearsigned } from '../simplestreams/openpgp/split-clearsigned';
import type { Index } from '../simplestreams/types';
import type { ObjectBytes } from '../store/store';
import type { Press } from './press';

/** The index of a view as it is published now. */
export interface PublishedIndex {
  readonly view: string;
  readonly index: Index | undefined;
  /** For the next commit; null where there is no index yet. */
  readonly tag: string | null;
  /** sha256 of index.sjson. @default - there is no index yet */
  readonly digest?: string;
  /** Whether the former key has signed the index; always false outside a key rotation. */
  readonly byFormer: boolean;
}

/** Whose signatures are accepted. Without a signer, only the form of the index is checked. */
export interface Reading extends Pick<Press, 'mirror'>, Partial<Pick<Press, 'signer' | 'former' | 'known'>> {
  /** Reads without checking signatures and checksums, for a list, which is not verified. @default false */
  readonly unchecked?: boolean;
}

/**
 * The index of a view; its `index` is undefined if it does not exist.
 * @throws BadSignature if it is not what our key has signed; BadFormat
 */
export async function readIndex(view: string, reading: Reading): Promise<PublishedIndex> {
  const key = layout.index(view);
  const found = await readSigned(key, reading);
  if (found === undefined) return { view, index: undefined, tag: null, byFormer: false };
  const { text, bytes, tag, byFormer } = found;
  return { view, index: parseIndex(text, key), tag, digest: sha256Of(bytes), byFormer };
}

/** A clearsigned object that is replaced. */
export interface SignedObject extends ObjectBytes {
  /** What was signed. */
  readonly text: string;
  /** Whether the former key has signed it; always false outside a key rotation. */
  readonly byFormer: boolean;
}

/**
 * A clearsigned object, with what was signed; undefined if it does not exist.
 * @throws BadSignature if it is not what our key has signed
 */
export async function readSigned(key: string, reading: Reading): Promise<SignedObject | undefined> {
  const found = await reading.mirror.read(key);
  if (found === undefined) return undefined;
  const { bytes } = found;
  const byFormer = await lacksSigner(bytes, reading);
  const signer = byFormer ? reading.former : reading.signer;
  const fault = reading.unchecked ? undefined : (clearsignedFault(bytes) ?? (await signer?.faultOf(bytes)));
  if (fault !== undefined) throw notSigned(key, fault, reading);
  return { ...found, text: signedText(key, bytes), byFormer };
}

/**
 * The JSON of a document that the index names, as it was signed.
 * @throws NoSuchObject; ChecksumMismatch if it was changed
 */
export async function readDocumentText(view: string, path: string, reading: Reading): Promise<string> {
  return signedText(layout.document(view, path), await readNamed(view, path, reading));
}

/**
 * A document that the signed index names by its sha256, directly or through the state: so it is the published one, whichever
 * key signed it.
 * @throws NoSuchObject; ChecksumMismatch if it was changed
 */
export async function readNamed(view: string, path: string, { mirror, unchecked = false }: Reading): Promise<Buffer> {
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

/**
 * What a file holds that the index names. If that is known, only its existence and size are checked.
 * @param parse of its bytes; `key` is for messages
 * @throws NoSuchObject; ChecksumMismatch if it was changed; what `parse` throws
 */
export async function readPart<Part extends object>(
  view: string,
  path: string,
  reading: Reading,
  parse: (bytes: Buffer, key: string) => Part | Promise<Part>,
): Promise<Part> {
  const { mirror, known, unchecked = false } = reading;
  const key = layout.document(view, path);
  const found = unchecked ? undefined : known?.part<Part>(view, path);
  if (found !== undefined && (await mirror.head(key))?.size === found.size) return found.part;
  const bytes = await readNamed(view, path, reading);
  const part = await parse(bytes, key);
  if (!unchecked) known?.keep(view, path, part, bytes.length);
  return part;
}

/** What was signed. @throws BadFormat, which names the object: without checks, nothing else has looked at it */
export function signedText(key: string, bytes: Buffer): string {
  try {
    return splitClearsigned(bytes).text;
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    throw new MirrorError(error.name, `${key}: ${error.message}`, { hint: 'restore it from a backup', cause: error });
  }
}

/** Undefined if a file does not exist, or is not what was written. */
export async function unlessLost<Part>(read: () => Promise<Part>): Promise<Part | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isLost(error)) return undefined;
    throw error;
  }
}

/** Whether a file does not exist, or is not what was written. */
export function isLost(error: unknown): boolean {
  return error instanceof MirrorError && lostNames.includes(error.name);
}

const lostNames: readonly string[] = ['NoSuchObject', 'ChecksumMismatch', 'BadFormat'];

/** Whether the new key still has to sign this; always false outside a key rotation. */
export async function lacksSigner(bytes: Buffer, { signer, former }: Reading): Promise<boolean> {
  return former !== undefined && signer !== undefined && (await signer.faultOf(bytes)) !== undefined;
}

function notSigned(key: string, fault: string, { mirror, former }: Reading): MirrorError {
  const isChanging = former !== undefined;
  const says = isChanging ? 'has no valid signature by either key' : "has no valid signature by this mirror's key";
  const which = isChanging ? 'the old key' : "this mirror's key";
  return new MirrorError('BadSignature', `${key} of ${mirror.name} ${says}: ${fault}`, {
    hint: `give ${which} with --key; \`maas-mirror verify\` reports what else is wrong`,
  });
}
