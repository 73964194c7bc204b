import { MirrorError } from '../errors';
import { mirror, mutableCacheControl } from '../job/layout';
import { jsonPathOf, plainIndexOf, sealText, sha256Of } from '../simplestreams/documents';
import { parseIndex, parseProducts, rfc2822, writeJson } from '../simplestreams/json';
import type { Signer } from '../simplestreams/openpgp/signer';
import { splitClearsigned } from '../simplestreams/openpgp/split-clearsigned';
import type { Index } from '../simplestreams/types';
import type { Store } from '../store/store';

/** What changes the key of a view. */
export interface KeyChange {
  readonly store: Store;
  /** The key that has signed so far. */
  readonly current: Signer;
  readonly next: Signer;
  /** When the next key was made. */
  readonly created: Date;
  readonly now: () => Date;
}

/**
 * Signs a view anew: its documents, as they stand, get new names; then the index moves to them, if it is still the one
 * that was read. Whoever reads meanwhile sees the one or the other. Doing it again goes on where a crash has ended it.
 * @returns false where the next key had signed everything already
 * @throws BadSignature where neither key has signed the view
 */
export async function signView(view: string, change: KeyChange): Promise<boolean> {
  for (;;) {
    const seen = await readSigned(view, change);
    if (seen.byNext) {
      await followIndex(view, seen.index, seen.texts, change);
      return false;
    }
    const index = await sealAll(view, seen, change);
    if (!(await moveIndex(view, index, seen.tag, change))) continue;
    await followIndex(view, index, seen.texts, change);
    return true;
  }
}

/** Whether the next key has signed the index and every document of a view. */
export async function isSignedByNext(view: string, change: KeyChange): Promise<boolean> {
  return (await readSigned(view, change)).byNext;
}

interface SignedView {
  readonly index: Index;
  readonly tag: string;
  /** Texts of the documents, by content id. */
  readonly texts: ReadonlyMap<string, string>;
  readonly byNext: boolean;
}

async function readSigned(view: string, { store, current, next }: KeyChange): Promise<SignedView> {
  const key = mirror.index(view);
  const { bytes, tag } = await readWhole(store, key);
  const notByNext = await next.faultOf(bytes);
  const fault = notByNext && (await current.faultOf(bytes));
  if (fault !== undefined) {
    throw new MirrorError('BadSignature', `${key} of ${store.name} is signed by neither key: ${fault}`, {
      hint: 'maas-mirror verify says what else is wrong; give the key that has signed this mirror so far with --key',
    });
  }
  const index = parseIndex(splitClearsigned(bytes).text, key);
  const texts = new Map<string, string>();
  let byNext = notByNext === undefined;
  for (const [id, { path }] of Object.entries(index.index)) {
    const document = await readNamed(store, mirror.document(view, path));
    byNext &&= (await next.faultOf(document)) === undefined;
    texts.set(id, splitClearsigned(document).text);
  }
  return { index, tag, texts, byNext };
}

/** Its name is in the signed index, so a document need not be checked otherwise. */
async function readNamed(store: Store, key: string): Promise<Buffer> {
  const { bytes } = await readWhole(store, key);
  const sha256 = sha256Of(bytes);
  if (key.endsWith(`/${sha256}.sjson`)) return bytes;
  throw new MirrorError('ChecksumMismatch', `${key} has sha256 ${sha256}, not the one in its name`, {
    hint: 'the file was changed; restore it from a backup or another copy of the mirror',
  });
}

async function readWhole(store: Store, key: string): Promise<{ bytes: Buffer; tag: string }> {
  const found = await store.read(key);
  if (found !== undefined) return found;
  throw new MirrorError('NoSuchObject', `${store.name} has no ${key}`, {
    hint: 'restore it from a backup or another copy of the mirror; maas-mirror verify names all that is missing',
  });
}

async function sealAll(view: string, { index, texts }: SignedView, change: KeyChange): Promise<Index> {
  const { store, next, created, now } = change;
  const entries = await Promise.all(
    Object.entries(index.index).map(async ([id, entry]) => {
      const text = texts.get(id) ?? '';
      const sealed = await sealText(text, next, signedAt(text, created));
      await store.create(mirror.document(view, sealed.json.path), sealed.json.bytes, json);
      await store.create(mirror.document(view, sealed.sjson.path), sealed.sjson.bytes, plain);
      await store.replace(mirror.document(view, sealed.signature.path), sealed.signature.bytes, mutablePlain);
      return [id, { ...entry, path: sealed.sjson.path }] as const;
    }),
  );
  return { ...index, index: Object.fromEntries(entries), updated: rfc2822(now()) };
}

/**
 * As if the next key had always been the key, if it was there: then a document gets the same bytes and name in a view and
 * in its snapshots, and again after a crash.
 */
function signedAt(text: string, created: Date): Date {
  const { updated } = parseProducts(text, 'a document');
  return new Date(Math.max(Date.parse(updated), created.getTime()));
}

/** @returns false where somebody else has moved the index since it was read */
async function moveIndex(view: string, index: Index, tag: string, { store, next }: KeyChange): Promise<boolean> {
  const signed = Buffer.from(await next.clearsign(writeJson(index), new Date(index.updated)));
  try {
    await store.replace(mirror.index(view), signed, { ...mutablePlain, ifMatch: tag });
    return true;
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'PreconditionFailed') return false;
    throw error;
  }
}

/** Brings index.json and its signature after index.sjson; what is right already is left alone. */
async function followIndex(
  view: string,
  index: Index,
  texts: ReadonlyMap<string, string>,
  { store, next }: KeyChange,
): Promise<void> {
  const text = writeJson(plainIndexOf(index, (id) => jsonPathOf(texts.get(id) ?? '')));
  const signature = Buffer.from(await next.detach(text, new Date(index.updated)));
  const put = async (key: string, bytes: Buffer, options: typeof mutablePlain) => {
    if ((await store.read(key))?.bytes.equals(bytes)) return;
    await store.replace(key, bytes, options);
  };
  await put(mirror.plainIndexSignature(view), signature, mutablePlain);
  await put(mirror.plainIndex(view), Buffer.from(text), { ...json, cacheControl: mutableCacheControl });
}

const json = { contentType: 'application/json' };
const plain = { contentType: 'text/plain; charset=utf-8' };
const mutablePlain = { ...plain, cacheControl: mutableCacheControl };
