/* operations/repair: what is half-done in a mirror, or was restored by hand. */

import { join } from 'node:path';
import { mirror as layout } from '../../job/layout';
import type { PlanLine } from '../../job/operations/outcome';
import { isSameFile } from '../../machine/same-file';
import { foldersIn } from '../../publication/commit/expose-folders';
import { derivedContent } from '../../publication/derived/derive-view';
import { sourcesOf } from '../../publication/derived/followers';
import { contentOf, hasChanged, nextContent } from '../../publication/next-content';
import type { Press } from '../../publication/press';
import { isPutBack, refuseOlderRemains } from '../../publication/published-last';
import { type PublishedIndex, readIndex, unlessLost } from '../../publication/read-index';
import { type PublishedView, readDocuments, readView } from '../../publication/read-view';
import { isIndexBehind } from '../../publication/restored/is-index-behind';
import { type LostPart, lostParts } from '../../publication/restored/remains';
import { type RestoredChange, restoredChange } from '../../publication/restored/take-restored';
import type { ViewState } from '../../publication/state/view-state';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { decidedIn, decisionsOfAll } from '../../publication/withdrawn-everywhere';
import { DirectoryStore } from '../../store/directory/directory';
import { isRemovedLast, withNewest } from '../../store/directory/with-newest';
import type { Store } from '../../store/store';
import { undeletedOf } from '../verify/check-followed';
import { changedLines } from '../views/changed-lines';

/** index.sjson was restored from a backup. */
export interface RestoredFault {
  readonly fault: 'restored';
  /** What readers would notice if it is kept, against what was published last. */
  readonly moves: readonly PlanLine[];
}

/** What can be repaired in a view. */
export type Fault =
  /** A change was committed, and its index is not visible. */
  | { readonly fault: 'unfinished' }
  /** index.sjson was removed. */
  | { readonly fault: 'missing' }
  | RestoredFault
  /** An index of a deleted view was put back by hand. */
  | { readonly fault: 'put back' }
  /** In a directory, what is left of a deleted view is not what was written last. */
  | { readonly fault: 'tombstone' }
  /** A part of what is remembered of the view is missing, or was changed. `ends`: so is what it offers, or its index. */
  | {
      readonly fault: 'lost';
      readonly parts: readonly LostPart[];
      readonly ends: boolean;
      readonly followers: readonly string[];
    }
  /** The view was made by an older release. */
  | { readonly fault: 'no state' }
  /** index.json or its signature is not that of index.sjson. */
  | { readonly fault: 'behind' }
  /** A folder of the pool cannot be read below the view. */
  | { readonly fault: 'link'; readonly folder: string }
  /** A selected view does not offer what its sources do. */
  | { readonly fault: 'unfollowed'; readonly sources: readonly string[] }
  /** A selected view is made from views that do not exist. Only people can decide what it shall be made from. */
  | {
      readonly fault: 'sourceless';
      readonly sources: readonly string[];
      readonly undeleted: readonly string[];
      readonly state: ViewState;
    };

/** What decides about a repair, apart from the view. */
export interface Binding {
  /** In all views. */
  readonly withdrawn: readonly Withdrawal[];
  /** The time from which names are made. */
  readonly at: Date;
}

/**
 * What can be repaired in a view; changes nothing. What has to be repaired first hides the rest.
 * @throws ChecksumMismatch if the index is none that this tool wrote, with both ways out of that, or was restored without what
 * it needs; Withdrawn, Held if operators decided against what a restored index brings back; the errors of readView
 */
export async function faultsOf(view: string, binding: Binding, press: Press): Promise<readonly Fault[]> {
  const { mirror } = press;
  if (mirror instanceof DirectoryStore) {
    if (['unfinished', 'missing', 'restored'].includes((await mirror.standing(layout.tombstone(view))).standing))
      return [{ fault: 'tombstone' }];
    if (await isRemovedLast(mirror, layout.index(view))) return [{ fault: 'put back' }];
    const { standing } = await mirror.standing(layout.index(view));
    // An index that was removed, and was the first one, looks like one whose writer was killed.
    if (standing === 'unfinished' || standing === 'missing') {
      return [{ fault: standing }, ...(await lostUnder(view, mirror, press))];
    }
    if (standing === 'foreign') await mirror.requireOwn(layout.index(view));
  }
  const visible = await readIndex(view, press);
  if (await isPutBack(visible, press)) return [{ fault: 'put back' }];
  const lost = await lostFaults(visible, press);
  if (lost.length > 0) {
    await refuseOlderRemains(visible, press);
    return lost;
  }
  const published = await readView(view, press);
  const restored = await restoredChange(published, binding, press);
  if (restored !== undefined) return [restoredFault(restored)];
  if (published.stored === undefined && published.index !== undefined) return [{ fault: 'no state' }];
  return [
    ...((await isIndexBehind(view, press)) ? [{ fault: 'behind' } as const] : []),
    ...(await linkFaults(published, mirror)),
    ...(await followFaults(published, binding.withdrawn, press)),
  ];
}

export function restoredFault({ before, next }: RestoredChange): RestoredFault {
  return { fault: 'restored', moves: changedLines(before.documents, next.documents) };
}

/** What is lost together with the index, which is not put back before that is known. */
async function lostUnder(view: string, mirror: DirectoryStore, press: Press): Promise<Fault[]> {
  const written = await withNewest(mirror, layout.index(view), ['unfinished', 'missing']);
  if (written === undefined) return [];
  const reading = { ...press, mirror: written };
  return lostFaults(await readIndex(view, reading), reading);
}

async function lostFaults(found: PublishedIndex, press: Press): Promise<Fault[]> {
  const parts = await lostParts(found, press);
  if (parts.length === 0) return [];
  const ends = parts.includes('index') || (await unlessLost(() => readDocuments(found, press))) === undefined;
  return [{ fault: 'lost', parts, ends, followers: ends ? await followersIn(found.view, press) : [] }];
}

/** The selected views that are made from a view itself, as far as their decisions can be read. */
async function followersIn(view: string, press: Press): Promise<readonly string[]> {
  const all = await decisionsOfAll(press);
  const { states } = decidedIn(all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
  return [...states].filter(([, state]) => sourcesOf(state).includes(view)).map(([follower]) => follower);
}

/** A folder of its own, as copying makes one, is right, too. */
async function linkFaults({ view, documents }: PublishedView, mirror: Store): Promise<Fault[]> {
  if (!(mirror instanceof DirectoryStore)) return [];
  const faults: Fault[] = [];
  for (const folder of foldersIn([...documents.values()].map(({ document }) => document))) {
    const shown = join(mirror.root, view, folder);
    if (!(await isSameFile(shown, shown))) faults.push({ fault: 'link', folder });
  }
  return faults;
}

async function followFaults(
  published: PublishedView,
  withdrawn: readonly Withdrawal[],
  press: Press,
): Promise<Fault[]> {
  const names = sourcesOf(published.state);
  if (names.length === 0) return [];
  const content = contentOf(published);
  const sources = new Map<string, ReturnType<typeof contentOf>>();
  const missing: string[] = [];
  for (const name of names) {
    const source = await readView(name, press);
    if (source.index === undefined) missing.push(name);
    sources.set(name, contentOf(source));
  }
  if (missing.length > 0) {
    const read = async (key: string) => (await press.mirror.read(key))?.bytes;
    return [
      { fault: 'sourceless', sources: missing, undeleted: await undeletedOf(missing, read), state: content.state },
    ];
  }
  const at = press.now();
  const { documents, ledger } = derivedContent(content, sources, content.state.source?.select ?? [], withdrawn, at);
  const isFollowing = !hasChanged(content, nextContent(content, { documents, ledger }, at));
  return isFollowing ? [] : [{ fault: 'unfollowed', sources: names }];
}
