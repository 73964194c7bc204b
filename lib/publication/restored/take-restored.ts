import { MirrorError } from '../../errors';
import { mirror as layout } from '../../job/layout';
import { DirectoryStore } from '../../store/directory/directory';
import type { Store } from '../../store/store';
import { exposeFolders } from '../commit/expose-folders';
import { followIndex } from '../commit/follow-index';
import { moveIndex } from '../commit/move-index';
import { gateChange } from '../gate/gate';
import { entryOf } from '../history-entry';
import { contentOf, nextContent } from '../next-content';
import type { Press } from '../press';
import { wayBack } from '../published-last';
import { readView } from '../read-view';
import type { Note } from '../state/view-content';
import type { Withdrawal } from '../state/withdrawal';
import { forwardLoaders } from './forward-loaders';
import { lastPublished } from './last-published';

/**
 * Takes a restored index as a rollback, in one commit: the view offers what the restored index does, and goes on from what was
 * published last in all else, so that no name, decision or entry of the history is lost.
 * @param withdrawn in all views: what another one withdrew does not come back, either
 * @returns false if the index was not restored
 * @throws Withdrawn, Held if operators decided against what the restored index brings back; the errors of readView. Nothing
 * is then changed
 */
export async function takeRestored(
  view: string,
  note: Note,
  withdrawn: readonly Withdrawal[],
  press: Press,
): Promise<boolean> {
  for (;;) {
    const visible = await readView(view, press);
    const last = await lastPublished(visible, press);
    if (last === undefined || visible.tag === null) return false;
    const [before, at] = [contentOf(last), press.now()];
    const next = nextContent(before, { documents: forwardLoaders(contentOf(visible).documents, before, at) }, at);
    try {
      await gateChange(before, next, { note, offered: [contentOf(visible)], withdrawn }, press.mirror);
    } catch (error) {
      throw forbidden(view, error, press);
    }
    await exposeFolders(before, next, press);
    const mirror = overRestored(press.mirror, layout.index(view));
    if (
      !(await moveIndex({ ...last, tag: visible.tag }, next, entryOf(before, next, { ...note, repaired: 'restored' }), {
        ...press,
        mirror,
      }))
    )
      continue;
    await followIndex(view, press);
    return true;
  }
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
