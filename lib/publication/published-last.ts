import { MirrorError } from '../errors';
import { mirror as layout } from '../job/layout';
import { parseIndex } from '../simplestreams/json';
import { detachedOpenpgpFault } from '../simplestreams/openpgp/openpgp-fault';
import type { Index } from '../simplestreams/types';
import { DirectoryStore } from '../store/directory/directory';
import { isRemovedLast, withNewest } from '../store/directory/with-newest';
import type { Store } from '../store/store';
import { type PublishedIndex, type Reading, readIndex, unlessLost } from './read-index';
import { decisionsUnder, historyLength, readDecisions, readStoredOf, readTombstone } from './read-state';
import type { ViewState } from './state/view-state';

type Visible = Pick<PublishedIndex, 'view' | 'index' | 'tag'>;

/**
 * Refuses to continue from an index that was restored from a backup, since everything that was decided after it would be
 * lost. A directory refuses that by itself, when the index is replaced, unless it has lost what it wrote.
 * @throws ChecksumMismatch, also for the index of a deleted view; the errors of readView
 */
export async function refuseRestored(visible: Visible, reading: Reading): Promise<void> {
  if (await isPutBack(visible, reading)) throw putBackError(visible.view, reading);
  if (await isKnownHere(visible, reading)) return;
  if ((await laterPlainIndex(visible, reading)) === undefined) return;
  const { view, index } = visible;
  const key = layout.index(view);
  const [said, keep, without] =
    index === undefined
      ? ['is missing, but index.json is there', '', `; to go on without it: maas-mirror repair ${view} --forget-lost`]
      : [
          'is older than index.json; it was probably restored from a backup',
          `to keep it, run: maas-mirror repair ${view}; `,
          '',
        ];
  throw new MirrorError('ChecksumMismatch', `${key} of ${reading.mirror.name} ${said}`, {
    hint: `${keep}to return to what was published last, restore the version of ${key} before this one; then run the command again${without}`,
  });
}

/**
 * Refuses to go on from an index that has lost what is remembered of it, if it was restored: what was decided after it is not
 * lost, but would be.
 * @throws ChecksumMismatch, with the way back
 */
export async function refuseOlderRemains(visible: Visible, reading: Reading): Promise<void> {
  const { mirror } = reading;
  const { view } = visible;
  const isRestored =
    mirror instanceof DirectoryStore
      ? (await withNewest(mirror, layout.index(view))) !== undefined
      : visible.index !== undefined && (await laterPlainIndex(visible, reading)) !== undefined;
  if (!isRestored) return;
  const message = `${layout.index(view)} is not what was published last, and has lost files; it was probably restored from a backup`;
  throw new MirrorError('ChecksumMismatch', message, {
    hint: `restore these files, too, which maas-mirror verify names; or, ${wayBack(view, mirror)}`,
  });
}

/** What to do with a restored index that cannot be kept. */
export function wayBack(view: string, mirror: Store): string {
  const key = layout.index(view);
  const back =
    mirror instanceof DirectoryStore ? `remove ${key}` : `copy the version of ${key} before this one over it`;
  return `to return to what was published last, ${back}, and run repair again`;
}

/**
 * Refuses a view whose index was restored where nothing would be changed, as every change is refused: who repeats a command,
 * such as a timer, would not be told otherwise. Changes nothing.
 * @throws ChecksumMismatch; the errors of readIndex
 */
export async function refuseRestoredView(view: string, reading: Reading): Promise<void> {
  const { mirror } = reading;
  if (mirror instanceof DirectoryStore) {
    if (await isRemovedLast(mirror, layout.index(view))) throw putBackError(view, reading);
    await mirror.requireOwn(layout.index(view));
  } else await refuseRestored(await readIndex(view, reading), reading);
}

/**
 * The decisions about a view when it was published last, or deleted, if its visible index is not that one; otherwise undefined.
 * @throws the errors of readView
 */
export async function decidedLast(
  visible: Visible,
  reading: Reading,
): Promise<{ readonly state: ViewState } | undefined> {
  const { mirror } = reading;
  const { view } = visible;
  if (await isPutBack(visible, reading))
    return decisionsUnder({ view, index: undefined, tag: null, byFormer: false }, reading);
  if (mirror instanceof DirectoryStore && (await isKnownHere(visible, reading))) {
    const written = await withNewest(mirror, layout.index(visible.view));
    return written && readDecisions(visible.view, { ...reading, mirror: written });
  }
  const index = await laterPlainIndex(visible, reading);
  return index && decisionsUnder({ ...visible, index, byFormer: false }, reading);
}

/**
 * Whether the index of a deleted view was put back by hand: what was left of the view is of a later change. A view that was
 * created again has gone on from there, and one whose deletion was interrupted says so itself.
 * @throws the errors of readView
 */
export async function isPutBack(visible: Visible, reading: Reading): Promise<boolean> {
  const { view, index, tag } = visible;
  const { mirror } = reading;
  if (index === undefined) return false;
  if (mirror instanceof DirectoryStore) {
    const { standing, number } = await mirror.standing(layout.index(view));
    if (standing === 'restored') return isRemovedLast(mirror, layout.index(view));
    if (number >= 0 && standing !== 'foreign') return false;
  }
  const tombstone = await readTombstone(view, reading);
  if (tombstone === undefined) return false;
  const latest = (await laterPlainIndex(visible, reading)) ?? index;
  const storedOf = (one: Index | undefined) => unlessLost(() => readStoredOf({ view, index: one }, reading));
  const [own, left] = [await storedOf(latest), await storedOf(undefined)];
  if (own === undefined || left === undefined) {
    if (Date.parse(latest.updated) > Date.parse(tombstone.at)) return false;
  } else {
    const missed = (left.history?.entries ?? 0) - (own.history?.entries ?? 0);
    if (missed <= (own.deleting ? 1 : 0)) return false;
  }
  // The view may have been deleted since its index was read.
  return (await mirror.read(layout.index(view)))?.tag === tag;
}

/** The refusal to change a deleted view whose index was put back. */
function putBackError(view: string, { mirror }: Reading): MirrorError {
  const key = layout.index(view);
  return new MirrorError('ChecksumMismatch', `${key} of ${mirror.name} was put back after ${view} was deleted`, {
    hint: `to remove it again, run: maas-mirror repair ${view}; then run the command again`,
  });
}

/** Whether the store knows itself what it wrote last: a directory does, unless that is lost together with the index. */
async function isKnownHere({ view, index }: Visible, { mirror }: Reading): Promise<boolean> {
  if (!(mirror instanceof DirectoryStore)) return false;
  return index !== undefined || (await mirror.newest(layout.index(view))) !== undefined;
}

/**
 * The index.json of a view if it is of a later change than index.sjson, which it follows: index.sjson was then restored.
 * Signing again is no change.
 * @throws the errors of readView
 */
export async function laterPlainIndex(visible: Visible, reading: Reading): Promise<Index | undefined> {
  const { view, index, tag } = visible;
  const { mirror } = reading;
  const bytes = (await mirror.read(layout.plainIndex(view)))?.bytes;
  const own = stateIn(index);
  // It nearly always names the same state: then it need not be parsed.
  if (bytes === undefined || (own !== undefined && bytes.includes(own))) return undefined;
  const plain = readable(bytes, view);
  if (plain === undefined || stateIn(plain) === own) return undefined;
  if (!(await isSigned(view, bytes, reading))) return undefined;
  if (!(await isLater(plain, visible, reading))) return undefined;
  // Another change may have moved both since index.sjson was read.
  return ((await mirror.read(layout.index(view)))?.tag ?? null) === tag ? plain : undefined;
}

/**
 * Every change makes the history longer, and clocks of publishers differ, so dates do not count, unless a state is lost. Even
 * then no index has a date before that of the one that it replaces; of two with the same date, any may be the later one.
 */
async function isLater(plain: Index, { view, index }: Visible, reading: Reading): Promise<boolean> {
  const lengthOf = (one: Index | undefined) => unlessLost(() => historyLength({ view, index: one }, reading));
  const [length, own] = [await lengthOf(plain), await lengthOf(index)];
  if (length !== undefined && own !== undefined) return length > own;
  return index === undefined || Date.parse(plain.updated) >= Date.parse(index.updated);
}

/** In whatever form: one of a newer release is refused when it is read. */
function stateIn(index: Index | undefined): string | undefined {
  const { state } = (index ?? {}) as { readonly state?: unknown };
  return state === undefined ? undefined : String(state);
}

/** Undefined if it is no index: nothing that this tool wrote, and the next change writes it again. */
function readable(bytes: Buffer, view: string): Index | undefined {
  try {
    return parseIndex(bytes.toString(), layout.plainIndex(view));
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'BadFormat') return undefined;
    throw error;
  }
}

/** By our key, or the former one. Without a signer, no signature is checked. */
async function isSigned(view: string, bytes: Buffer, { mirror, signer, former }: Reading): Promise<boolean> {
  const signature = await mirror.read(layout.plainIndexSignature(view));
  if (signature === undefined) return false;
  const keyrings = [signer, former].flatMap((one) => one?.keyring ?? []);
  if (keyrings.length === 0) return true;
  const faults = await Promise.all(keyrings.map((keyring) => detachedOpenpgpFault(signature.bytes, bytes, keyring)));
  return faults.includes(undefined);
}
