import { MirrorError } from '../../errors';
import type { Remark } from '../../job/operations/outcome';
import { contentDigest } from '../../publication/state/product-key';
import type { ViewContent } from '../../publication/state/view-content';
import { newestOf } from '../../simplestreams/merge';
import { sameJson } from '../../simplestreams/same-json';
import { productsIn, releaseOf } from './chosen-products';
import type { Planned } from './planned';

/** What a command does that would be carried out, but does not lead back. */
export const leadsElsewhere = 'which does not leave everything as it was';

/** A command that undoes an operation is only printed if it would be carried out now. */
export interface Try {
  readonly command: string;
  /** Plans the command for the view as it is after the operation. */
  readonly plan: () => Planned;
}

/**
 * How an operation is undone: the first of the commands that would be carried out, with what it does if the view is then not as
 * it was before.
 * @param does what the command does, in words that follow `To`
 */
export function undoing(before: ViewContent, after: ViewContent, tries: readonly Try[], does: string): Remark[] {
  for (const { command, plan } of tries) {
    const back = afterwards(after, plan);
    if (back === undefined) continue;
    return [
      { about: 'undo', commands: [command], ...(!isAgain(before, back) && { why: `${does}, ${leadsElsewhere}` }) },
    ];
  }
  return [];
}

/** The view after a plan; undefined if it would be refused. */
export function afterwards(content: ViewContent, plan: () => Planned): ViewContent | undefined {
  try {
    const { views, refusal } = plan();
    const { change: { note, ...change } = {} } = views.find(({ view }) => view === content.view) ?? {};
    return refusal === undefined ? { ...content, ...change } : undefined;
  } catch (error) {
    if (error instanceof MirrorError) return undefined;
    throw error;
  }
}

/** Whether a view offers the same as before, and the same was decided about it. */
export function isAgain(before: ViewContent, after: ViewContent): boolean {
  return offersAgain(before, after) && isDecidedAgain(before, after);
}

/** Whether a view offers the same contents as the newest, under whatever names. @param release @default - of all releases */
export function offersAgain(before: ViewContent, after: ViewContent, release?: string): boolean {
  return sameJson(newestIn(before, release), newestIn(after, release));
}

function newestIn(content: ViewContent, release: string | undefined): object {
  const offered = productsIn(content).flatMap(({ key, product }) => {
    const newest = release === undefined || releaseOf(product) === release ? newestOf(product) : undefined;
    return newest === undefined ? [] : [[key, contentDigest(newest.version)] as const];
  });
  return Object.fromEntries(offered);
}

function isDecidedAgain({ state: was }: ViewContent, { state: is }: ViewContent): boolean {
  const told = ({ withdrawals, holds }: typeof was) => ({
    withdrawals: Object.fromEntries(withdrawals.map((one) => [one.id, one])),
    holds: Object.fromEntries(holds.map((one) => [one.id, one])),
  });
  return sameJson(told(was), told(is));
}
