import { MirrorError } from '../../errors';
import type { PlanLine } from '../../job/operations/outcome';
import { type Hold, hasEnded, heldBy } from '../../publication/state/holds';
import type { Note, ViewContent } from '../../publication/state/view-content';
import { type Asked, type Asker, noteOf } from './asked';
import { chosenProducts, productsIn } from './chosen-products';
import { forgettingInputs, offering } from './moved';
import { freedProducts, type Pending, pendingSets, withoutPending } from './pending';
import { type MirrorContent, type Planned, type PlannedView, type Planner, viewToChange } from './planned';

/** Lifts the holds of the products that are named, and offers the newest pending versions that are not withdrawn. */
export const planUnhold: Planner<Asked<'unhold'>> = (request, mirror, at): Planned => {
  const content = viewToChange(mirror, request.view);
  const products = chosenProducts(content, request);
  const holds = content.state.holds.filter((hold) =>
    products.some(({ product }) => heldBy({ holds: [hold] }, product)),
  );
  if (holds.length === 0) throw notHeld(content, request.release);
  const chosen = new Set(products.map(({ key }) => key));
  const others = productsIn(content).filter(({ key, product }) => !chosen.has(key) && heldBy({ holds }, product));
  if (others.length > 0)
    throw holdsMore(
      content,
      others.map(({ key }) => key),
      holds,
    );
  return { views: [lifted(content, holds, mirror, noteOf('unhold', request), at)], remarks: [] };
};

/** Lifts the holds that have come to their end, in all views. */
export const planHoldEnds: Planner<Asker> = (asker, mirror, at): Planned => {
  const views = [...mirror.views.values()].flatMap((content) => {
    const ended = content.state.holds.filter((hold) => hasEnded(hold, at));
    return ended.length === 0 ? [] : [lifted(content, ended, mirror, noteOf('unhold', asker), at)];
  });
  return { views, remarks: [] };
};

function lifted(
  content: ViewContent,
  lifting: readonly Hold[],
  { withdrawn }: MirrorContent,
  note: Note,
  at: Date,
): PlannedView {
  const holds = content.state.holds.filter((hold) => !lifting.includes(hold));
  const freed = freedProducts(content, holds);
  const pending = pendingSets(content, freed, withdrawn, at);
  const change = {
    state: { ...content.state, holds },
    documents: forgettingInputs(offering(content.documents, pending.offers, at), refusedOf(pending)),
    shelf: withoutPending(content.shelf, freed, pending),
    note,
  };
  const ends = lifting.map(({ at: version = '' }): PlanLine => ({ does: 'set', version, why: 'not held' }));
  return { view: content.view, change, lines: [...ends, ...linesOf(pending)] };
}

/** The products whose newest pending version is not offered: what they were last built from is that version's. */
function refusedOf({ passedOver }: Pending): ReadonlySet<string> {
  return new Set(passedOver.filter(({ why }) => why !== 'older').map(({ id }) => id));
}

function linesOf({ offers, passedOver }: Pending): PlanLine[] {
  const offered = offers.map(({ key, was, name, before }): PlanLine => {
    return { does: 'offer', product: key, version: was, name, ...(before !== undefined && { before }), newest: name };
  });
  return [
    ...offered,
    ...passedOver.map(({ key, name, why }): PlanLine => ({ does: 'pass over', product: key, version: name, why })),
  ];
}

function notHeld({ view, state }: ViewContent, release: string): MirrorError {
  const held = [...new Set(state.holds.map((hold) => hold.release))].join(', ');
  return new MirrorError('NoSuchVersion', `nothing of ${release} is held in the view ${view}`, {
    hint: held === '' ? 'the view has no hold' : `it holds: ${held}`,
    misuse: true,
  });
}

function holdsMore({ view }: ViewContent, others: readonly string[], [hold]: readonly Hold[]): MirrorError {
  return new MirrorError('BadInput', `the same hold is also of ${others.join(', ')}`, {
    hint: `lift it for all of them: maas-mirror unhold ${view} ${hold?.release}`,
    misuse: true,
  });
}
