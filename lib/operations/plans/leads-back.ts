import { MirrorError } from '../../errors';
import type { Remark } from '../../job/operations/outcome';
import { contentDigest } from '../../publication/state/product-key';
import type { ViewContent } from '../../publication/state/view-content';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { newestOf } from '../../simplestreams/merge';
import { sameJson } from '../../simplestreams/same-json';
import { productsIn, releaseOf } from './chosen-products';
import type { Planned } from './planned';

/** What a command does that would be carried out, but does not lead back. */
export const leadsElsewhere = 'which does not leave everything as it was';

/** A command that undoes an operation is only printed if it would be carried out now. */
export interface Step {
  readonly command: string;
  /** Plans the command for the view as it is by then. */
  readonly plan: (content: ViewContent) => Planned;
}

/** Commands that undo an operation, one after the other. */
export interface Way {
  readonly steps: readonly Step[];
  /** What they do, in words that follow `To`. */
  readonly does: string;
}

/** How an operation is undone. @param isBack as of {@link wayBack} */
export function undoing(
  before: ViewContent,
  after: ViewContent,
  ways: readonly Way[],
  isBack?: (before: ViewContent, after: ViewContent) => boolean,
): Remark[] {
  const found = wayBack(before, after, ways, isBack);
  return found === undefined ? [] : [undoRemark(found.way, found.isExact)];
}

/**
 * The first way that would be carried out and leads back; if none does, the first that would be carried out.
 * @param isBack whether a view is again what it was @default - it offers the same, and the same was decided about it
 */
export function wayBack<One extends Way>(
  before: ViewContent,
  after: ViewContent,
  ways: readonly One[],
  isBack: (before: ViewContent, after: ViewContent) => boolean = isAgain,
): { readonly way: One; readonly isExact: boolean } | undefined {
  let first: One | undefined;
  for (const way of ways) {
    const back = afterAll(after, way.steps);
    if (back !== undefined && isBack(before, back)) return { way, isExact: true };
    if (back !== undefined) first ??= way;
  }
  return first && { way: first, isExact: false };
}

/** Where a way does not lead back, with what it does. */
export function undoRemark({ steps, does }: Way, isExact: boolean): Remark {
  const commands = steps.map(({ command }) => command);
  return { about: 'undo', commands, ...(!isExact && { why: `${does}, ${leadsElsewhere}` }) };
}

/** The view after these commands; undefined if one of them would be refused. */
export function afterAll(content: ViewContent, steps: readonly Step[]): ViewContent | undefined {
  return steps.reduce<ViewContent | undefined>((now, { plan }) => now && afterwards(now, () => plan(now)), content);
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

/** What is withdrawn, and what is held; who decided it, why and when does not count. */
function isDecidedAgain({ state: was }: ViewContent, { state: is }: ViewContent): boolean {
  const told = ({ withdrawals, holds }: typeof was) => ({
    withdrawn: [...new Set(withdrawals.flatMap(partsSaid))].sort(),
    held: holds
      .map(({ id, since, by, reason, request, ...hold }) => JSON.stringify(Object.entries(hold).sort()))
      .sort(),
  });
  return sameJson(told(was), told(is));
}

/** By its files: its name may be another one by now, and what it was made from may be known better. */
function partsSaid({ view, everywhere = false, parts }: Withdrawal): string[] {
  return parts.map(({ made, version, ...part }) => JSON.stringify([view, everywhere, Object.entries(part).sort()]));
}
