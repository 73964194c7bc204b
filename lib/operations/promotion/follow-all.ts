import { MirrorError } from '../../errors';
import { isFrozenName } from '../../job/layout';
import type { Followed } from '../../job/operations/outcome';
import { followEach } from '../../publication/derived/follow-views';
import { sourcesOf } from '../../publication/derived/followers';
import type { Press } from '../../publication/press';
import type { Reading } from '../../publication/read-index';
import { readDecisions } from '../../publication/read-state';
import { emptyState } from '../../publication/state/state-document';
import type { ViewState } from '../../publication/state/view-state';
import { viewsOf } from '../../publication/views';
import { unreadMarks } from '../../publication/withdrawn-everywhere';

/** The decisions about each view of a mirror, by its name. */
export async function statesOf(reading: Reading): Promise<ReadonlyMap<string, ViewState>> {
  const states = new Map<string, ViewState>();
  for (const view of await viewsOf(reading.mirror)) states.set(view, await stateOf(view, reading));
  return states;
}

/** Nothing is decided about a frozen view, so one that cannot be read does not keep the others from going on. */
async function stateOf(view: string, reading: Reading): Promise<ViewState> {
  try {
    return (await readDecisions(view, reading)).state;
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    if (!isFrozenName(view)) throw unreadMarks(view, error);
    return emptyState(view);
  }
}

/**
 * Updates every selected view: one whose update failed, or was interrupted, after the change of its source. Those that are
 * made from others come after them.
 */
export async function followAll(press: Press): Promise<Followed[]> {
  const states = await statesOf(press);
  const selected = [...states].filter(([, state]) => sourcesOf(state).length > 0);
  return [
    ...(await followEach(
      selected.map(([view]) => view),
      press,
    )),
  ];
}
