import type { Followed, PlanLine } from '../job/operations/outcome';
import { changeAndFollow } from '../publication/derived/change-and-follow';
import { contentOf } from '../publication/next-content';
import type { Press } from '../publication/press';
import { readDecisions } from '../publication/read-state';
import { readView } from '../publication/read-view';
import { hasEnded } from '../publication/state/holds';
import type { ViewContent } from '../publication/state/view-content';
import type { Withdrawal } from '../publication/state/withdrawal';
import { withdrawnEverywhere } from '../publication/withdrawn-everywhere';
import { takeBackSince } from './carry-out/withdrawn-since';
import type { Asker } from './plans/asked';
import { planHoldEnds } from './plans/holds/unhold-plan';

/**
 * Lifts the holds of a view that have come to their end, and offers what was pending. Builds begin with it: what they make
 * would otherwise wait for a hold that is over.
 * @returns what came of the views that follow it
 * @throws the errors of {@link endHoldsOf}
 */
export async function liftEndedHolds(view: string, press: Press): Promise<readonly Followed[]> {
  const { state } = await readDecisions(view, press);
  if (!state.holds.some((hold) => hasEnded(hold, press.now()))) return [];
  const asked = { asker: { reason: 'the hold has ended' }, withdrawn: await withdrawnEverywhere(press) };
  return (await endHoldsOf(view, asked, press)).followed;
}

interface EndsAsked {
  readonly asker: Asker;
  /** In all views. */
  readonly withdrawn: readonly Withdrawal[];
  /** Only shows what it would do. @default false */
  readonly dryRun?: boolean;
}

interface HoldsEnded {
  /** Whether the view was changed. */
  readonly moved: boolean;
  readonly lines: readonly PlanLine[];
  readonly followed: readonly Followed[];
}

/**
 * Lifts the holds of a view that have come to their end; what was withdrawn in all views meanwhile is taken back.
 * @throws Withdrawn if it then has nothing to go back to; the errors of changeView
 */
export async function endHoldsOf(
  view: string,
  { asker, withdrawn, dryRun = false }: EndsAsked,
  press: Press,
): Promise<HoldsEnded> {
  let lines: readonly PlanLine[] = [];
  let before: ViewContent | undefined;
  const change = (content: ViewContent, at: Date) => {
    before = content;
    const [planned] = planHoldEnds(asker, { views: new Map([[view, content]]), withdrawn }, at).views;
    lines = planned?.lines ?? [];
    return planned?.change;
  };
  if (dryRun) {
    change(contentOf(await readView(view, press)), press.now());
    return { moved: false, lines, followed: [] };
  }
  const { moved, followed } = await changeAndFollow(view, change, press);
  if (!moved) return { moved, lines, followed };
  const since = await takeBackSince(view, withdrawn, { asker, at: press.now(), before, press });
  return { moved, lines: [...lines, ...since.lines], followed: [...followed, ...since.followed] };
}
