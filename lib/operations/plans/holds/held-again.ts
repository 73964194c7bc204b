import { commandLine } from '../../../job/operations/commands';
import type { Remark } from '../../../job/operations/outcome';
import { type Hold, hasEnded } from '../../../publication/state/holds';
import { contentDigest } from '../../../publication/state/product-key';
import type { ViewChange, ViewContent } from '../../../publication/state/view-content';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import { sameJson } from '../../../simplestreams/same-json';
import type { Asked } from '../asked';
import { isAgain, type Step, undoing } from '../leads-back';
import type { MirrorContent } from '../planned';
import { holding } from './holding';

/**
 * How holds that were lifted are set again: what they kept away waits again. Nothing for a selected view, which offers next what
 * its sources have by then. What leaves it otherwise is said: a hold whose end has passed, and pending versions that were given up.
 */
export function heldAgain(
  lifted: readonly Hold[],
  before: ViewContent,
  change: Partial<ViewChange>,
  { withdrawn }: Pick<MirrorContent, 'withdrawn'>,
  at: Date,
): Remark[] {
  const { view } = before;
  if (before.state.kind === 'selected') return [];
  const steps = lifted.map((hold) => holdingAgain(view, hasEnded(hold, at) ? withoutEnd(hold) : hold, withdrawn, at));
  const does = lifted.length === 1 ? 'set the hold again' : 'set the holds again';
  return undoing(before, { ...before, ...change, view }, [{ steps, does }], isHeldAgain);
}

/** The command that sets a hold as it is. */
export function holdingAgain(view: string, hold: Hold, withdrawn: readonly Withdrawal[], at: Date): Step {
  const { release } = hold;
  const scope = { architectures: [...hold.architectures], flavours: [...hold.flavours] };
  const ends = {
    ...(hold.at !== undefined && { at: hold.at }),
    ...(hold.until !== undefined && { until: hold.until }),
  };
  const request: Asked<'hold'> = { does: 'hold', view, release, ...scope, ...ends };
  const words = Object.entries(ends).flatMap(([name, value]) => [`--${name}`, value]);
  return {
    command: commandLine(['hold', view, release, ...words], scope),
    plan: (content) => holding(request, { views: new Map([[view, content]]), withdrawn }, at).planned,
  };
}

const withoutEnd = ({ until, ...hold }: Hold): Hold => hold;

function isHeldAgain(before: ViewContent, after: ViewContent): boolean {
  return isAgain(before, after) && sameJson(pendingIn(before), pendingIn(after));
}

/** By their contents: bootloaders get newer names. */
function pendingIn({ shelf }: ViewContent): object {
  const pending = Object.entries(shelf.products).map(([id, { versions }]) => {
    const held = Object.values(versions).flatMap(({ why, version }) =>
      why === 'held' ? [contentDigest(version)] : [],
    );
    return [id, [...new Set(held)].sort()] as const;
  });
  return Object.fromEntries(pending.filter(([, held]) => held.length > 0));
}
