import { MirrorError } from '../../errors';
import { mirror as layout } from '../../job/layout';
import { DirectoryStore } from '../../store/directory/directory';
import type { Store } from '../../store/store';
import { exposeFolders } from '../commit/expose-folders';
import { followIndex } from '../commit/follow-index';
import { moveIndex } from '../commit/move-index';
import { gateChange } from '../gate/gate';
import { entryOf } from '../history-entry';
import { contentOf, type NextContent, nextContent } from '../next-content';
import type { Press } from '../press';
import { wayBack } from '../published-last';
import { type PublishedView, readView } from '../read-view';
import type { Note, ViewContent } from '../state/view-content';
import type { Withdrawal } from '../state/withdrawal';
import { forwardLoaders } from './forward-loaders';
import { lastPublished } from './last-published';

/** What keeping a restored index changes. */
export interface RestoredChange {
  /** The view as it was published last, with the tag of the restored index. */
  readonly last: PublishedView;
  /** Its content. */
  readonly before: ViewContent;
  readonly next: NextContent;
}

interface Binding {
  /** In all views: what another one withdrew does not come back, either. */
  readonly withdrawn: readonly Withdrawal[];
  /** The time from which names are made. */
  readonly at: Date;
}

/**
 * What keeping a restored index would change: the view offers what the restored index does, and goes on from what was
 * published last in all else, so that no name, decision or entry of the history is lost. Only reads.
 * @param visible the view as it is
 * @returns undefined if the index was not restored
 * @throws Withdrawn, Held if operators decided against what the restored index brings back; ContractBroken; the errors of
 * readView
 */
export async function restoredChange(
  visible: PublishedView,
  { withdrawn, at }: Binding,
  press: Press,
): Promise<RestoredChange | undefined> {
  const last = await lastPublished(visible, press);
  if (last === undefined || visible.tag === null) return undefined;
  const [before, restored] = [contentOf(last), contentOf(visible)];
  const next = nextContent(before, { documents: forwardLoaders(restored.documents, before, at) }, press.now());
  try {
    await gateChange(before, next, { offered: [restored], withdrawn }, press.mirror);
  } catch (error) {
    throw forbidden(visible.view, error, press);
  }
  return { last: { ...last, tag: visible.tag }, before, next };
}

interface Taking extends Binding {
  readonly note: Note;
  /** Called with what is about to be committed, each time it is made; what it throws ends that. */
  readonly approve: (change: RestoredChange) => void;
}

/**
 * Takes a restored index as a rollback, in one commit: {@link restoredChange}.
 * @returns what was changed; undefined if the index was not restored
 * @throws what restoredChange and `approve` throw. Nothing is then changed
 */
export async function takeRestored(
  view: string,
  { note, approve, ...binding }: Taking,
  press: Press,
): Promise<RestoredChange | undefined> {
  for (;;) {
    const change = await restoredChange(await readView(view, press), binding, press);
    if (change === undefined) return undefined;
    approve(change);
    if (!(await commitRestored(change, note, press))) continue;
    await followIndex(view, press);
    return change;
  }
}

/** @returns false if another writer was faster */
async function commitRestored({ last, before, next }: RestoredChange, note: Note, press: Press): Promise<boolean> {
  await exposeFolders(before, next, press);
  const mirror = overRestored(press.mirror, layout.index(last.view));
  return moveIndex(last, next, entryOf(before, next, { ...note, repaired: 'restored' }), { ...press, mirror });
}

/** The decision cannot be changed, as a restored view takes no change: what was published last has to come back first. */
function forbidden(view: string, error: unknown, { mirror }: Press): unknown {
  if (!(error instanceof MirrorError && ['Withdrawn', 'Held'].includes(error.name))) return error;
  return new MirrorError(error.name, `the restored index of ${view} cannot be kept: ${error.message}`, {
    hint: `${wayBack(view, mirror)}; then change what was decided`,
    cause: error,
  });
}

/** A directory refuses to change what was restored, unless it is told to. */
function overRestored(mirror: Store, index: string): Store {
  if (!(mirror instanceof DirectoryStore)) return mirror;
  const replace: Store['replace'] = async (key, body, options) => {
    if (key !== index || typeof options.ifMatch !== 'string') return mirror.replace(key, body, options);
    await mirror.settleOnVisible(key, options.ifMatch, body);
    return { size: body.length, sha256: '', tag: '' };
  };
  return Object.assign(Object.create(mirror) as Store, { replace });
}
