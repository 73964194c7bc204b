import { commandLine } from '../../../job/operations/commands';
import { restoreCommand } from '../../../publication/gate/withdrawn-error';
import { heldBy } from '../../../publication/state/holds';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import { withdrawing } from '../back/withdrawing';
import { type ChosenProduct, releaseOf } from '../chosen-products';
import { unholding } from '../holds/unholding';
import type { Step } from '../leads-back';
import type { MirrorContent } from '../planned';
import { restored } from './restored';

/** A view after a restoration that brings nothing back. */
export interface Offering {
  readonly after: ViewContent;
  /** What the restoration named; empty: all. */
  readonly flavours: readonly string[];
  /** The withdrawals of all views that remain. */
  readonly withdrawn: readonly Withdrawal[];
  readonly at: Date;
}

/** Why something is not offered, and the commands after which it is. */
export interface OfferedNext {
  readonly why: string;
  readonly steps: readonly Step[];
}

/** What waits, since its product is held. */
export function unholdingIt({ product }: ChosenProduct, { after, withdrawn, at }: Offering): OfferedNext {
  const { view, state } = after;
  const release = releaseOf(product);
  const [hold, ...others] = state.holds.filter((one) => heldBy({ holds: [one] }, product));
  const { architectures = [], flavours = [] } = hold !== undefined && others.length === 0 ? hold : {};
  const scope = { architectures: [...architectures], flavours: [...flavours] };
  const plan = (content: ViewContent) =>
    unholding({ does: 'unhold', view, release, ...scope }, mirrorOf(content, withdrawn), at).planned;
  return {
    why: `what was restored waits, since ${release} is held; to offer what waits`,
    steps: [{ command: commandLine(['unhold', view, release], scope), plan }],
  };
}

/** What another mark matches, too. Of another view: once that is lifted, this view, which has lost its own mark, gets one again. */
export function restoringBoth(
  { product }: ChosenProduct,
  version: string,
  mark: Withdrawal,
  { after: { view }, flavours, withdrawn, at }: Offering,
): OfferedNext {
  const { id, everywhere = false, release } = mark;
  const left = withdrawn.filter((one) => one.id !== id);
  const scope = { architectures: [], flavours: [...flavours] };
  const what = { view, release: releaseOf(product), version, ...scope, allViews: false };
  const lifted = { architectures: [...mark.architectures], flavours: [...mark.flavours], allViews: everywhere };
  const there = { does: 'restore', view, release, version: mark.version, ...lifted } as const;
  const words = [view, what.release, version];
  const first: Step = {
    command: restoreCommand(mark),
    plan: (content) => {
      if (mark.view !== view) return { views: [], remarks: [] };
      return { views: [restored(there, mirrorOf(content, withdrawn), at).planned], remarks: [] };
    },
  };
  if (mark.view === view) return { why: 'to lift that, too', steps: [first] };
  const again: Step = {
    command: commandLine(['withdraw', ...words], scope),
    plan: (content) => {
      return { views: [withdrawing({ does: 'withdraw', ...what }, mirrorOf(content, left), at).planned], remarks: [] };
    },
  };
  const last: Step = {
    command: commandLine(['restore', ...words], scope),
    plan: (content) => {
      return { views: [restored({ does: 'restore', ...what }, mirrorOf(content, left), at).planned], remarks: [] };
    },
  };
  return { why: 'to lift that, and then restore it here', steps: [first, again, last] };
}

const mirrorOf = (content: ViewContent, withdrawn: readonly Withdrawal[]): MirrorContent => ({
  views: new Map([[content.view, content]]),
  withdrawn,
});
