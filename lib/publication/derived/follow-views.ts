import { MirrorError } from '../../errors';
import { isFrozenName } from '../../job/layout';
import type { Followed } from '../../job/operations/outcome';
import { writeJson } from '../../simplestreams/json';
import { changeView } from '../change-view';
import { contentOf } from '../next-content';
import type { Press } from '../press';
import { readIndex } from '../read-index';
import { readDecisions } from '../read-state';
import { type PublishedView, readView } from '../read-view';
import type { Change } from '../state/view-content';
import type { SelectedPart } from '../state/view-state';
import type { Withdrawal } from '../state/withdrawal';
import { decisionsOfAll, withdrawalsIn } from '../withdrawn-everywhere';
import { derivedContent } from './derive-view';
import { followersOf, sourcesOf } from './followers';

/**
 * Updates every selected view that is made from a view, directly or through others, and the view itself if it is one. Cheap
 * where there are none: indexes and states are read, no documents.
 * @returns what came of each. A failure is told, not thrown: the change of the view itself is committed, and the next one
 * follows again
 */
export async function followViews(changed: string, press: Press): Promise<readonly Followed[]> {
  const found = await decisionsOfAll(press);
  const readable = found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const unreadable = found.flatMap((one) => (one.status === 'rejected' ? [failed(one.view, one.reason)] : []));
  // Marks that cannot be read must not be overlooked.
  const [broken] = unreadable;
  const states = new Map(readable.filter(({ index }) => index !== undefined).map(({ view, state }) => [view, state]));
  const followed = unreadable.filter(({ view }) => !isFrozenName(view));
  for (const view of followersOf(changed, states)) {
    followed.push(broken ? { ...broken, view } : await tryToFollow(view, withdrawalsIn(readable), press));
  }
  return followed;
}

async function tryToFollow(view: string, withdrawn: readonly Withdrawal[], press: Press): Promise<Followed> {
  try {
    return { view, moved: await followView(view, withdrawn, press) };
  } catch (error) {
    return failed(view, error);
  }
}

/** @throws an error that is neither ours nor of the system: that is a bug */
function failed(view: string, error: unknown): Followed {
  const isOurs = error instanceof MirrorError || (error instanceof Error && 'code' in error);
  if (!isOurs) throw error;
  return { view, moved: false, failure: `${error.name}: ${error.message}` };
}

/**
 * Updates a selected view from its sources. If one of them changed in the meantime, it does so again: a publisher that was
 * overtaken must not leave the view behind.
 * @param withdrawn the withdrawals of all views
 * @returns false if the view had this content already
 * @throws NoSuchView if a source is missing; the errors of changeView
 */
export async function followView(view: string, withdrawn: readonly Withdrawal[], press: Press): Promise<boolean> {
  for (let moved = false; ; ) {
    const { state } = await readDecisions(view, press);
    const select = state.source?.select ?? [];
    const sources = await readSources(view, sourcesOf(state), press);
    if (sources.length === 0) return moved;
    const { change, isOvertaken } = following(select, sources, withdrawn);
    moved = (await changeView(view, change, press)) || moved;
    if (!isOvertaken() && (await areCurrent(sources, press))) return moved;
  }
}

/** One after the other: a large view takes much memory while it is read. */
async function readSources(view: string, names: readonly string[], press: Press): Promise<PublishedView[]> {
  const sources: PublishedView[] = [];
  for (const name of names) {
    const source = await readView(name, press);
    if (source.index === undefined) throw noSource(view, name);
    sources.push(source);
  }
  return sources;
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

async function areCurrent(sources: readonly PublishedView[], press: Press): Promise<boolean> {
  for (const { view, tag } of sources) if ((await readIndex(view, press)).tag !== tag) return false;
  return true;
}

function noSource(view: string, source: string): MirrorError {
  return new MirrorError('NoSuchView', `${view} follows ${source}, which does not exist`, {
    hint: `choose another source: maas-mirror view set ${view} --from VIEW`,
    misuse: true,
  });
}
