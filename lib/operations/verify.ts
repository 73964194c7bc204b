import { MirrorError } from '../errors';
import { mirror } from '../job/layout';
import { viewFoldersOf, viewsOf } from '../publication/views';
import { decisionsOfAll, withdrawalsIn } from '../publication/withdrawn-everywhere';
import type { Products } from '../simplestreams/types';
import { DirectoryStore } from '../store/directory/directory';
import type { Store } from '../store/store';
import { checkFollowed } from './verify/check-followed';
import { checkItems } from './verify/check-items';
import { checkLinks } from './verify/check-links';
import { checkPutBack, checkStandings, standingsOf, withProspects } from './verify/check-standing';
import { type CheckedView, checkView } from './verify/check-view';
import { type ItemKey, itemKeyIn } from './verify/item-key';
import { missing, type Problem } from './verify/problem';
import { type PromisedItem, promisedItems } from './verify/promised-items';
import { shelvedDocuments } from './verify/shelved-documents';
import { signatureCheck } from './verify/signature-check';
import { trustedKeyring } from './verify/trusted-keyring';

export interface VerifyOptions {
  /** @default - all; over HTTP they cannot be listed and must be given */
  readonly views?: readonly string[];
  /** Path of a keyring, binary or armoured. @default - the mirror's own, which does not prove whose it is */
  readonly keyring?: string;
  /** Of the only key whose signatures are accepted. @default - every key of the keyring */
  readonly fingerprint?: string;
  /** Number of objects to read at the same time. @default 4 */
  readonly concurrency?: number;
  /** Whether to read the items, not only the metadata. @default true */
  readonly objects?: boolean;
  /** An empty folder; gpgv reads files. */
  readonly scratch: string;
  /** Called after each object. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface VerifyReport {
  readonly views: readonly VerifiedView[];
  /** Products documents, of all views. */
  readonly documents: number;
  /** Number of objects that were read; each counts once, however many views offer it. */
  readonly objects: number;
  /** Total size of these objects, according to the documents. */
  readonly bytes: number;
  readonly problems: readonly Problem[];
}

/** What one view offers, valid or not. */
export interface VerifiedView {
  readonly view: string;
  readonly products: number;
  readonly versions: number;
  readonly objects: number;
  readonly bytes: number;
}

/**
 * Verifies everything that a mirror publishes, as its strictest reader would. Every problem names the object at fault. The
 * rules, in addition to those of MAAS's contract (lib/simplestreams/contract/contract-rules.ts):
 *
 * - `missing`: the object does not exist
 * - `canonical`: a signed file has bytes that its signer did not write, even if gpgv accepts it
 * - `signature`: gpgv does not accept the signature
 * - `name`: a document, or the state of a view, is not named after its own sha256
 * - `format`, `content-id`: one cannot be read, or is not the one that the index names
 * - `twin`: index.json does not match index.sjson
 * - `behind`: the same, but index.json is older, as a crash may leave it; the next publication repairs it
 * - `ahead`: the same, but index.json is newer: index.sjson looks restored from a backup
 * - `put-back`: the index of a deleted view was put back by hand
 * - `unfinished`, `restored`, `foreign`, `damaged`: in a directory, what the next publication finishes, or refuses to
 *   continue from (check-standing.ts)
 * - `keyring`, `secret-key`, `fingerprint`: the keyring is broken, contains a private key, or lacks the pinned key
 * - `size`, `sha256`, `unreadable`: an item does not match its document, or cannot be read
 * - `history`: the history of a view is not complete
 * - `shelf`, `ledger`: what waits on a view's shelf, or is remembered of its products, contradicts what it offers
 * - `deleting`: the deletion of a view has begun, and is not finished
 * - `buried`: what is kept of a deleted view cannot be read; told only if all views are verified
 * - `unfollowed`: a selected view does not offer what its sources offer; told only if all views are verified
 * - `link`: in a directory, a view's folder does not lead to the pool's, and is not a copy of it
 *
 * @throws BadInput if the keyring cannot be read, or views must be given; MissingTool without gpgv
 */
export async function verifyMirror(store: Store, options: VerifyOptions): Promise<VerifyReport> {
  const names = options.views ?? (await viewsOf(store));
  const folders = options.views ?? (store instanceof DirectoryStore ? await viewFoldersOf(store) : names);
  const mutable = [
    ...folders.flatMap((view) => [mirror.index(view), mirror.tombstone(view)]),
    mirror.keyring,
    mirror.armouredKeyring,
  ];
  const before = await standingsOf(store, mutable);
  const { keyring, problems } = await trustedKeyring(store, options);
  const views = await checkViews(store, names, await signatureCheck(keyring, options.scratch));
  const keyOf = await itemKeyIn(store);
  const links = await checkLinks(store, views, keyOf);
  const promised = new Map([...promisedBy(keyOf, [...views, ...views.flatMap(shelfOf)]), ...links.copies]);
  const { concurrency = 4, onProgress } = options;
  const reading = { concurrency, ...(onProgress && { onProgress }) };
  const looked: Promised = options.objects === false ? new Map() : promised;

  const putBack = await checkPutBack(store, names);
  const found = [
    ...(names.length === 0 ? [noView()] : []),
    ...problems,
    ...putBack,
    ...views.flatMap((view) => view.problems),
    ...(options.views === undefined ? await followProblems(store, views) : []),
    ...links.problems,
    ...(await checkItems(store, looked, reading)),
  ];
  const wasPutBack = new Set(putBack.map(({ object }) => object));
  const now = await standingsOf(
    store,
    mutable.filter((key) => !wasPutBack.has(key)),
  );
  const told = new Set(found.map(({ object }) => object));
  return {
    views: views.map((view) => summaryOf(keyOf, view)),
    documents: views.flatMap(({ documents }) => documents).length,
    objects: looked.size,
    bytes: bytesOf(looked),
    problems: [...withProspects(found, now), ...checkStandings(before, now, told)],
  };
}

async function checkViews(
  store: Store,
  names: readonly string[],
  signatures: Awaited<ReturnType<typeof signatureCheck>>,
): Promise<CheckedView[]> {
  const read = async (key: string) => (await store.read(key))?.bytes;
  const views: CheckedView[] = [];
  for (const name of names) views.push(await checkView(read, name, signatures));
  return views;
}

async function followProblems(store: Store, views: readonly CheckedView[]): Promise<Problem[]> {
  const all = await decisionsOfAll({ mirror: store });
  // What cannot be read of a view that exists is a problem that is told already.
  const there = new Set(views.map(({ view }) => view));
  const lost = all.flatMap((one) => (one.status === 'rejected' && !there.has(one.view) ? [lostWithView(one)] : []));
  const decisions = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const read = async (key: string) => (await store.read(key))?.bytes;
  return [...lost, ...(await checkFollowed(read, views, withdrawalsIn(decisions)))];
}

/** Every view obeys what was withdrawn in a deleted one. */
function lostWithView({ view, reason }: PromiseRejectedResult & { readonly view: string }): Problem {
  const why = reason instanceof Error ? reason.message : String(reason);
  const isLost = reason instanceof MirrorError && ['NoSuchObject', 'ChecksumMismatch'].includes(reason.name);
  const way = isLost ? `restore it, or go on without it: maas-mirror repair ${view} --forget-lost` : 'restore it';
  const message = `what was withdrawn in ${view}, which was deleted or has lost its index, cannot be read, so nothing can be published: ${why}; ${way}`;
  return { object: mirror.tombstone(view), rule: 'buried', message };
}

/** What waits on the shelf is promised too: it may be offered again. */
function shelfOf({ view, content }: CheckedView): Pick<CheckedView, 'view' | 'items'>[] {
  return content === undefined ? [] : [{ view, items: promisedItems(shelvedDocuments(content.shelf)) }];
}

type Promised = ReadonlyMap<string, readonly PromisedItem[]>;

/** The items of all views by their keys: snapshots and promoted views share nearly all of them. */
function promisedBy(keyOf: ItemKey, views: readonly Pick<CheckedView, 'view' | 'items'>[]): Promised {
  const promised = new Map<string, PromisedItem[]>();
  for (const { view, items } of views) {
    for (const item of items) {
      const key = keyOf(view, item.path);
      const others = promised.get(key) ?? [];
      const known = others.some(({ size, sha256 }) => size === item.size && sha256 === item.sha256);
      promised.set(key, known ? others : [...others, item]);
    }
  }
  return promised;
}

function summaryOf(keyOf: ItemKey, checked: CheckedView): VerifiedView {
  const products = checked.documents.flatMap((document: Products) => Object.values(document.products));
  const promised = promisedBy(keyOf, [checked]);
  return {
    view: checked.view,
    products: products.length,
    versions: products.flatMap(({ versions }) => Object.keys(versions)).length,
    objects: promised.size,
    bytes: bytesOf(promised),
  };
}

function bytesOf(promised: Promised): number {
  return [...promised.values()].reduce((sum, [item]) => sum + (item?.size ?? 0), 0);
}

function noView(): Problem {
  return missing('<view>/streams/v1/index.sjson', 'no views found; this is not a mirror, or it is empty');
}
