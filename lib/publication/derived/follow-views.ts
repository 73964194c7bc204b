import { MirrorError } from '../../errors';
import type { Followed } from '../../job/operations/outcome';
import { writeJson } from '../../simplestreams/json';
import { changeView } from '../change-view';
import { contentOf } from '../next-content';
import type { Press } from '../press';
import { readDecisions } from '../read-state';
import type { PublishedView } from '../read-view';
import type { Change } from '../state/view-content';
import type { SelectedPart } from '../state/view-state';
import type { Withdrawal } from '../state/withdrawal';
import { decidedIn, decisionsOfAll, unreadMarks } from '../withdrawn-everywhere';
import { derivedContent } from './derive-view';
import { followersOf, sourcesOf } from './followers';
import { Sources } from './sources';

/**
 * Updates every selected view that is made from a view, directly or through others, and the view itself if it is one. Cheap
 * where there are none: indexes and states are read, no documents.
 * @returns what came of each. A failure is told, not thrown: the change of the view itself is committed, and the next one
 * follows again
 */
export function followViews(changed: string, press: Press): Promise<readonly Followed[]> {
  return followEach([changed], press);
}

/** As {@link followViews}, of several views: each follower is updated once, and a source that many have is read once. */
export async function followEach(changed: readonly string[], press: Press): Promise<readonly Followed[]> {
  if (changed.length === 0) return [];
  const found = await decisionsOfAll(press);
  const { states, withdrawn } = decidedIn(found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
  const broken = found.find((one) => one.status === 'rejected');
  const sources = new Sources(press);
  const followed: Followed[] = [];
  for (const view of followersOf(changed, states)) {
    followed.push(broken ? unread(view, broken) : await tryToFollow(view, withdrawn, press, sources));
  }
  return followed;
}

/** Marks that cannot be read must not be overlooked. */
function unread(view: string, broken: PromiseRejectedResult & { readonly view: string }): Followed {
  const { name, message } = ourError(unreadMarks(broken.view, broken.reason));
  return { view, moved: false, failure: `${name}: ${message}` };
}

async function tryToFollow(
  view: string,
  withdrawn: readonly Withdrawal[],
  press: Press,
  sources: Sources,
): Promise<Followed> {
  try {
    return { view, moved: await followView(view, withdrawn, press, sources) };
  } catch (error) {
    const { name, message } = ourError(error);
    return { view, moved: false, failure: `${name}: ${message}` };
  }
}

/** @throws an error that is neither ours nor of the system: that is a bug */
function ourError(error: unknown): Error {
  if (error instanceof MirrorError || (error instanceof Error && 'code' in error)) return error;
  throw error;
}

/**
 * Updates a selected view from its sources. If one of them changed in the meantime, it does so again: a publisher that was
 * overtaken must not leave the view behind.
 * @param withdrawn the withdrawals of all views
 * @returns false if the view had this content already
 * @throws NoSuchView if a source is missing; the errors of changeView
 */
export async function followView(
  view: string,
  withdrawn: readonly Withdrawal[],
  press: Press,
  known = new Sources(press),
): Promise<boolean> {
  for (let moved = false; ; ) {
    const { state } = await readDecisions(view, press);
    const select = state.source?.select ?? [];
    const sources = await known.read(view, sourcesOf(state));
    if (sources.length === 0) return moved;
    const { change, isOvertaken } = following(select, sources, withdrawn);
    moved = (await changeView(view, change, press)) || moved;
    if (!isOvertaken() && (await known.areCurrent())) return moved;
  }
}

/** The change made of these sources: once, since they may be outdated when another writer was faster. */
function following(
  select: readonly SelectedPart[],
  sources: readonly PublishedView[],
  withdrawn: readonly Withdrawal[],
): { readonly change: Change; readonly isOvertaken: () => boolean } {
  const contents = new Map(sources.map((source) => [source.view, contentOf(source)]));
  const [from] = sources.length === 1 ? sources : [];
  let calls = 0;
  let isAnother = false;
  const change: Change = (content, at) => {
    calls += 1;
    isAnother = writeJson({ select }) !== writeJson({ select: content.state.source?.select ?? [] });
    if (calls > 1 || isAnother) return undefined;
    const note = { what: 'follow', ...(from && { from: from.view }) } as const;
    return { ...derivedContent(content, contents, select, withdrawn, at), note };
  };
  return { change, isOvertaken: () => calls > 1 || isAnother };
}
