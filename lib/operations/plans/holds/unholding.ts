import { MirrorError } from '../../../errors';
import { commandLine } from '../../../job/operations/commands';
import type { PlanLine, Remark } from '../../../job/operations/outcome';
import { type Hold, heldBy } from '../../../publication/state/holds';
import type { Note, ViewContent } from '../../../publication/state/view-content';
import { type Asked, noteOf } from '../asked';
import { type ChosenProduct, chosenProducts, productsIn } from '../chosen-products';
import { forgettingInputs, offering } from '../moved';
import {
  type Freed,
  freedProducts,
  olderOf,
  type Pending,
  pendingLines,
  pendingSets,
  withoutPending,
} from '../pending';
import { type MirrorContent, type Planned, type PlannedView, viewToChange } from '../planned';

/** What lifting holds does, without how it is undone. */
interface Unholding {
  readonly planned: Planned;
  readonly lifted: readonly Hold[];
  readonly before: ViewContent;
}

/**
 * Lifts the holds of the products that are named, not those that are also of others, and offers the newest pending versions
 * that are not withdrawn; below them those that the hold took out of the documents.
 * @throws NoSuchVersion, BadInput (misuse)
 */
export function unholding(request: Asked<'unhold'>, mirror: MirrorContent, at: Date): Unholding {
  const content = viewToChange(mirror, request.view);
  const products = chosenProducts(content, request);
  const holds = content.state.holds.filter((hold) =>
    products.some(({ product }) => heldBy({ holds: [hold] }, product)),
  );
  if (holds.length === 0) throw notHeld(content, request.release);
  const chosen = new Set(products.map(({ key }) => key));
  const others = productsIn(content).filter(({ key }) => !chosen.has(key));
  const whole = holds.filter((hold) => !others.some(({ product }) => heldBy({ holds: [hold] }, product)));
  if (whole.length === 0) throw holdsMore(content, others, holds);
  const wider = stillHeld(products, content, whole).map(({ hold }) => hold);
  const commands = [...new Set(wider)].map(({ release, ...scope }) =>
    commandLine(['unhold', content.view, release], scope),
  );
  const remarks: Remark[] = commands.length === 0 ? [] : [{ about: 'still held', commands }];
  const planned = { views: [unheldIn(content, whole, mirror, noteOf('unhold', request), at)], remarks };
  return { planned, lifted: whole, before: content };
}

/** Without these holds. */
export function unheldIn(
  content: ViewContent,
  lifting: readonly Hold[],
  { withdrawn }: MirrorContent,
  note: Note,
  at: Date,
): PlannedView {
  const holds = content.state.holds.filter((hold) => !lifting.includes(hold));
  const freed = freedProducts(content, holds);
  const pending = pendingSets(content, freed, withdrawn, at);
  const older = olderOf(pending, freed.map(offeredBefore));
  const change = {
    state: { ...content.state, holds },
    documents: forgettingInputs(offering(content.documents, [...pending.offers, ...older], at), refusedOf(pending)),
    shelf: withoutPending(content.shelf, freed, pending),
    ...{ withdrawn, note },
  };
  const ends = lifting.map(({ at: version = '' }): PlanLine => ({ does: 'set', version, why: 'not held' }));
  const held = stillHeld(productsIn(content), content, lifting).map(({ key: product }): PlanLine => {
    return { does: 'set', product, why: 'still held by another hold' };
  });
  return { view: content.view, change, lines: [...ends, ...held, ...pendingLines(pending, older)] };
}

/** The products of these holds that another one goes on to hold. */
function stillHeld(
  products: readonly ChosenProduct[],
  { state }: ViewContent,
  lifting: readonly Hold[],
): { readonly key: string; readonly hold: Hold }[] {
  const others = state.holds.filter((hold) => !lifting.includes(hold));
  return products.flatMap(({ key, product }) => {
    const hold = heldBy({ holds: lifting }, product) && heldBy({ holds: others }, product);
    return hold === undefined ? [] : [{ key, hold }];
  });
}

/** The products whose newest pending version is not offered: what they were last built from is that version's. */
function refusedOf({ passedOver }: Pending): ReadonlySet<string> {
  return new Set(passedOver.filter(({ why }) => why !== 'older').map(({ id }) => id));
}

/** Without what was never offered: a hold has noted what it took out of the documents. */
function offeredBefore({ freed, ...one }: Freed): Freed {
  return {
    ...one,
    freed: Object.fromEntries(Object.entries(freed).filter(([, { instead }]) => instead !== undefined)),
  };
}

function notHeld({ view, state }: ViewContent, release: string): MirrorError {
  const held = [...new Set(state.holds.map((hold) => hold.release))].join(', ');
  return new MirrorError('NoSuchVersion', `nothing of ${release} is held in the view ${view}`, {
    hint: held === '' ? 'the view has no hold' : `it holds: ${held}`,
    misuse: true,
  });
}

function holdsMore({ view }: ViewContent, others: readonly ChosenProduct[], holds: readonly Hold[]): MirrorError {
  const held = others.filter(({ product }) => heldBy({ holds }, product)).map(({ key }) => key);
  const [{ release = '', ...scope } = {}] = holds;
  return new MirrorError('BadInput', `the same hold is also of ${held.join(', ')}`, {
    hint: `lift it for all of them: ${commandLine(['unhold', view, release], scope)}`,
    misuse: true,
  });
}
