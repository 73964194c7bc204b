import { MirrorError } from '../../errors';
import { isFrozenName } from '../../job/layout';
import type { Remark } from '../../job/operations/outcome';
import { refuseRestoredView } from '../../publication/published-last';
import type { Reading } from '../../publication/read-index';
import { readDecisions } from '../../publication/read-state';
import type { ViewContent } from '../../publication/state/view-content';
import { isOfView } from '../../publication/withdrawn-everywhere';
import type { Elsewhere, Planned, PlannedElsewhere, PlannedView } from '../plans/planned';
import { readOther } from './read-mirror';
import { sitesFollow } from './sites-follow';

/**
 * Plans what an operation does in the other views, or says of them, one after the other: only what a plan says of a view
 * stays in memory, not the view. One that cannot be read does not keep the others from it: what was withdrawn there is known
 * by then, and nothing else of it binds.
 * @param views in their order
 * @throws the refusal of a view; errors of the store
 */
export async function passThrough(planned: Planned, views: readonly string[], reading: Reading): Promise<Planned> {
  const { elsewhere } = planned;
  const others: PlannedElsewhere[] = [];
  const leftOut: Remark[] = [];
  for (const view of elsewhere === undefined ? [] : views) {
    const content = await unlessBroken(view, reading, elsewhere);
    if (content instanceof MirrorError) leftOut.push(unreadRemark(view, content, elsewhere?.later));
    else if (content === undefined || content.state.deleting) leftOut.push(beingDeleted(view));
    else if (elsewhere !== undefined) others.push(withoutContent(elsewhere.plan(content)));
  }
  const { remarks, ...whole } = joined(planned, others);
  return { ...whole, remarks: [...leftOut, ...remarks] };
}

/** Sites may still use it if its deletion was interrupted, but nothing can change it any more. */
export function beingDeleted(view: string): Remark {
  return { about: 'being deleted', view, commands: [`maas-mirror view delete ${view}`] };
}

/**
 * @param elsewhere what is planned in other views
 * @returns why a view cannot be read or, if it is to be changed, why its index cannot; undefined for one that is nearly deleted
 */
export async function unlessBroken(
  view: string,
  reading: Reading,
  elsewhere: Planned['elsewhere'],
): Promise<ViewContent | MirrorError | undefined> {
  try {
    if (elsewhere?.later !== undefined && !isFrozenName(view)) await refuseRestoredView(view, reading);
    return await readOther(view, reading);
  } catch (error) {
    if (!isOfView(error)) throw error;
    const decided = isFrozenName(view) ? undefined : (await readDecisions(view, reading)).state;
    return decided?.deleting ? undefined : error;
  }
}

/** What is said of a view that cannot be read. @param later what does to it later what was to be done now */
export function unreadRemark(view: string, { message, hint }: MirrorError, later: Elsewhere['later']): Remark {
  const told = { view, why: hint === undefined ? message : `${message}; ${hint}` };
  const isLeftOut = later !== undefined && !isFrozenName(view);
  return isLeftOut ? { about: 'not done', ...told, commands: later(view) } : { about: 'not read', ...told };
}

/** A plan with what was planned in the other views. */
export function joined(planned: Planned, others: readonly PlannedElsewhere[]): Planned {
  const { elsewhere } = planned;
  const refusal = others.find((one) => one.refusal !== undefined)?.refusal;
  if (refusal !== undefined) throw refusal;
  const changed = others.flatMap((one) => one.planned ?? []);
  const views = elsewhere?.isFirst ? [...changed, ...planned.views] : [...planned.views, ...changed];
  const remarks = [...planned.remarks, ...(elsewhere?.remarks(others) ?? []), ...sitesFollow(views)];
  return { ...planned, views, remarks };
}

/** A view that is to be changed is planned again when it has its turn. */
function withoutContent({ planned, ...others }: PlannedElsewhere): PlannedElsewhere {
  return planned === undefined ? others : { ...others, planned: slim(planned) };
}

/** Only that it changes is kept of a change. */
function slim({ change, ...planned }: PlannedView): PlannedView {
  return change === undefined ? planned : { ...planned, change: { note: change.note } };
}
