import type { Followed } from '../../job/operations/outcome';
import { followEach } from '../../publication/derived/follow-views';
import { sourcesOf } from '../../publication/derived/followers';
import type { Press } from '../../publication/press';
import { readDecisions } from '../../publication/read-state';
import type { ViewState } from '../../publication/state/view-state';
import { viewsOf } from '../../publication/views';

/** The decisions about each view of a mirror, by its name. */
export async function statesOf(press: Press): Promise<ReadonlyMap<string, ViewState>> {
  const states = new Map<string, ViewState>();
  for (const view of await viewsOf(press.mirror)) states.set(view, (await readDecisions(view, press)).state);
  return states;
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
