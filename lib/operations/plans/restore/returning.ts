import type { PlanLine } from '../../../job/operations/outcome';
import { knownNames } from '../../../publication/names/known-names';
import { heldProducts } from '../../../publication/offers/held-products';
import { offerGroups } from '../../../publication/offers/offer-groups';
import { contentDigest } from '../../../publication/state/product-key';
import type { Shelf, ShelfEntry, ShelfProduct } from '../../../publication/state/shelf';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../../publication/state/withdrawals';
import { newestOf } from '../../../simplestreams/merge';
import { byBytes, sortsAbove } from '../../../simplestreams/version-order';
import type { Asked } from '../asked';
import { productsIn } from '../chosen-products';
import type { Offer } from '../moved';
import { type Freed, olderOf, pendingLines, pendingSets } from '../pending';
import { isChosen, type Lifted } from './lifted';

/** What comes back from the shelf. */
export interface Returning {
  readonly offers: readonly Offer[];
  readonly shelf: Shelf;
  readonly lines: readonly PlanLine[];
}

interface Restoring {
  readonly lifted: Lifted;
  /** The withdrawals of all views that remain. */
  readonly withdrawn: readonly Withdrawal[];
  readonly request: Asked<'restore'>;
  readonly at: Date;
}

/**
 * What a rollback took back with the lifted withdrawals, and is offered again: of each product the newest, and those below it.
 * A product that is held, or a sister of one, gets it as pending; one to which something newer was published does not get it,
 * and one that a selected view does not hold gets it from its source.
 * @param content of the view, with the withdrawals that remain
 */
export function returning(content: ViewContent, { lifted, withdrawn, request, at }: Restoring): Returning {
  const back = ofChosen(comingBack(content, lifted, withdrawn), request);
  const still = stillWithdrawn(content, lifted, withdrawn);
  const waiting = heldProducts(content, content.state.holds);
  const held = back.filter(({ id }) => waiting.has(id));
  const open = back.filter(({ id }) => !waiting.has(id));
  const isFollower = content.state.kind === 'selected';
  const [late, wanted] = isFollower ? [[], []] : partition(open, content);
  const sets = pendingSets(content, wanted, withdrawn, at);
  const older = olderOf(sets, wanted);
  const offered = [
    ...sets.offers.map(({ id, was }) => nameOf(id, was)),
    ...older.map(({ id, name }) => nameOf(id, name)),
  ];
  const lost = (isFollower ? open : late).flatMap(({ id, freed }) =>
    Object.keys(freed).map((name) => nameOf(id, name)),
  );
  return {
    offers: [...sets.offers, ...older],
    shelf: shelfAfter(content.shelf, new Set([...offered, ...lost]), held),
    lines: [...pendingLines(sets, older), ...freedLines(late, held), ...still],
  };
}

/** What is withdrawn no more, and what a rollback took back only because it was above the good version. */
function comingBack(content: ViewContent, lifted: Lifted, withdrawn: readonly Withdrawal[]): Freed[] {
  const [was, is] = [
    new WithdrawnIndex(content.view, [...lifted.values()]),
    new WithdrawnIndex(content.view, [...content.state.withdrawals, ...withdrawn]),
  ];
  const shelved = productsIn(content).flatMap((one) => {
    const entries = Object.entries(one.shelved?.versions ?? {}).filter(
      ([name, { why, version }]) => why === 'withdrawn' && is.of(one.product, name, version) === undefined,
    );
    return one.shelved === undefined || entries.length === 0 ? [] : [{ ...one, shelved: one.shelved, entries }];
  });
  const times = new Set(
    shelved.flatMap(({ product, entries }) =>
      entries.flatMap(([name, { since, version }]) => (was.of(product, name, version) === undefined ? [] : [since])),
    ),
  );
  return shelved.flatMap(({ entries, ...one }): Freed[] => {
    const freed = entries.filter(([, { since }]) => times.has(since));
    return freed.length === 0 ? [] : [{ ...one, freed: Object.fromEntries(freed) }];
  });
}

/** What was taken back and is not offered again, since another withdrawal matches it, such as one in another view. */
function stillWithdrawn(content: ViewContent, lifted: Lifted, withdrawn: readonly Withdrawal[]): PlanLine[] {
  const [was, is] = [
    new WithdrawnIndex(content.view, [...lifted.values()]),
    new WithdrawnIndex(content.view, [...content.state.withdrawals, ...withdrawn]),
  ];
  return productsIn(content).flatMap(({ key, product, shelved }) =>
    Object.entries(shelved?.versions ?? {}).flatMap(([name, { version }]): PlanLine[] => {
      const other = was.of(product, name, version) && is.of(product, name, version);
      const why = `still withdrawn in ${other?.withdrawal.view}`;
      return other === undefined ? [] : [{ does: 'pass over', product: key, version: name, why }];
    }),
  );
}

/** Those that the operator names, and those that must have one root with them: a rollback takes back what others restore. */
function ofChosen(back: readonly Freed[], request: Asked<'restore'>): Freed[] {
  const whole = back.map((one) => {
    const versions = Object.fromEntries(Object.entries(one.freed).map(([name, { version }]) => [name, version]));
    return { one, product: { ...one.product, versions } };
  });
  const groups = offerGroups(whole).filter((group) => group.some(({ one }) => isChosen(one.key, request)));
  const chosen = new Set(groups.flat().map(({ one }) => one));
  return back.filter((one) => chosen.has(one));
}

/** Products to which something newer was published since, and the others. */
function partition(open: readonly Freed[], content: ViewContent): [Freed[], Freed[]] {
  return [open.filter((one) => hasNewer(one, content)), open.filter((one) => !hasNewer(one, content))];
}

/** What a rollback put there instead is not newer, and a content that only got a newer name, or was restored before, is not. */
function hasNewer({ id, product, freed }: Freed, content: ViewContent): boolean {
  const newest = newestOf(product);
  const digest = newest && contentDigest(newest.version);
  const clock = content.ledger.products[id]?.since[digest ?? ''];
  if (newest === undefined || clock === undefined) return false;
  const names = [...knownNames(content, id).contents].flatMap(([name, other]) => (other === digest ? [name] : []));
  const [first = newest.name] = names.sort(byBytes);
  return Object.entries(freed).every(([name, { instead, since }]) => {
    const isInstead = instead !== undefined && !sortsAbove(newest.name, instead);
    return !isInstead && sortsAbove(first, name) && Date.parse(clock) > Date.parse(since);
  });
}

const nameOf = (id: string, name: string) => `${id} ${name}`;

/** The shelf without what is offered again, or lost; what is held waits as pending. */
function shelfAfter(shelf: Shelf, gone: ReadonlySet<string>, held: readonly Freed[]): Shelf {
  const pending = new Set(held.flatMap(({ id, freed }) => Object.keys(freed).map((name) => nameOf(id, name))));
  const products = Object.entries(shelf.products).flatMap(([id, product]): [string, ShelfProduct][] => {
    const entries = Object.entries(product.versions);
    if (!entries.some(([name]) => gone.has(nameOf(id, name)) || pending.has(nameOf(id, name)))) return [[id, product]];
    const kept = entries.filter(([name]) => !gone.has(nameOf(id, name)));
    const versions = kept.map(([name, entry]): [string, ShelfEntry] => {
      return [name, pending.has(nameOf(id, name)) ? { ...entry, why: 'held' } : entry];
    });
    return versions.length === 0 ? [] : [[id, { ...product, versions: Object.fromEntries(versions) }]];
  });
  return { ...shelf, products: Object.fromEntries(products) };
}

function freedLines(late: readonly Freed[], held: readonly Freed[]): PlanLine[] {
  const lines = (some: readonly Freed[], line: Pick<PlanLine, 'does' | 'why'>) =>
    some.flatMap(({ key, freed }) =>
      Object.keys(freed).map((version): PlanLine => ({ ...line, product: key, version })),
    );
  return [
    ...lines(late, { does: 'pass over', why: 'a newer version was published since' }),
    ...lines(held, { does: 'hold back' }),
  ];
}
