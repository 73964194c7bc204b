import { offerGroups } from '../../publication/offers/offer-groups';
import { contentDigest } from '../../publication/state/product-key';
import { fromShelf, type Shelf } from '../../publication/state/shelf';
import type { ViewContent } from '../../publication/state/view-content';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../publication/state/withdrawals';
import { newestOf } from '../../simplestreams/merge';
import type { Product } from '../../simplestreams/types';
import { type BackIn, backIn } from '../plans/back/back-in';
import { productsIn } from '../plans/chosen-products';
import { markLines, withMark } from '../plans/marked';

/**
 * Takes back what a mark of another view matches of what a view has got since, as if it had never been offered: the mark stays
 * in its view, where it is restored.
 * @param before what the view was @default - nothing was published in it
 * @param withdrawn the withdrawals of all views
 */
export function backUnmarked(
  content: ViewContent,
  mark: Withdrawal,
  before: ViewContent | undefined,
  asker: Parameters<typeof backIn>[2],
  withdrawn: readonly Withdrawal[],
  at: Date,
): Pick<BackIn, 'planned' | 'moves'> {
  const { view } = content;
  const own = ownPart(content, mark, before);
  if (own === undefined) return { planned: { view, lines: [] }, moves: nothing };
  const reason = `withdrawn in ${mark.view} meanwhile`;
  const { moves, documents, planned } = backIn(content, own, { ...asker, reason }, withdrawn, at);
  if (planned.change === undefined || moves.leaving.length === 0) return { planned: { view, lines: [] }, moves };
  const shelf = withoutNew(planned.change.shelf ?? content.shelf, moves, before);
  const change = { documents, shelf, withdrawn, note: planned.change.note };
  return { planned: { view, change, lines: moves.lines }, moves };
}

/**
 * Takes back what a mark of all views matches of what a view has got since, and all of it if nothing was published in it before.
 * What it offered before goes back in its own turn, if the mark is of a rollback.
 * @param before what the view was @default - nothing was published in it
 * @param withdrawn the withdrawals of all views
 */
export const backMarked: typeof backUnmarked = (content, mark, before, asker, withdrawn, at) => {
  const { view, state } = content;
  if (before === undefined || before.documents.size === 0) return backIn(content, mark, asker, withdrawn, at);
  const own = ownPart(content, mark, before);
  if (own === undefined) return { planned: { view, lines: [] }, moves: nothing };
  const { moves, planned } = backIn(content, own, asker, withdrawn, at);
  // The mark is set as a whole, as the operator sets it here: one with the same id replaces it.
  const withdrawals = withMark(content, mark);
  const lines = [...(withdrawals === undefined ? [] : markLines(mark)), ...moves.lines];
  if (planned.change === undefined || lines.length === 0) return { planned: { view, lines: [] }, moves };
  const change = { ...planned.change, state: { ...state, withdrawals: withdrawals ?? state.withdrawals } };
  return { planned: { view, change, lines }, moves };
};

const nothing: BackIn['moves'] = { leaving: [], offers: [], lines: [], stuck: [] };

/** The shelf with only what was there before, such as pending versions: all else the view has from another one. */
function withoutNew(shelf: Shelf, { leaving }: BackIn['moves'], before: ViewContent | undefined): Shelf {
  const all = leaving.flatMap(({ id, names }) => names.map((name) => ({ id, name })));
  const added = all.filter(({ id, name }) => before?.shelf.products[id]?.versions[name] === undefined);
  return added.reduce((left, { id, name }) => fromShelf(left, id, name), shelf);
}

/**
 * The part of a mark that matches what is newly the newest here: another architecture with the same version may have had it
 * before.
 * @returns undefined if it matches nothing of that
 */
function ownPart(content: ViewContent, mark: Withdrawal, before: ViewContent | undefined): Withdrawal | undefined {
  const index = new WithdrawnIndex(content.view, [mark]);
  const was = new Map(before === undefined ? [] : productsIn(before).map(({ id, product }) => [id, newestIn(product)]));
  const offered = productsIn(content).filter(({ product }) => newestOf(product) !== undefined);
  const matched = offered.filter(({ id, product }) => {
    const newest = newestOf(product);
    return newest && newestIn(product) !== was.get(id) && index.of(product, newest.name, newest.version);
  });
  if (matched.length === 0) return undefined;
  const groups = offerGroups(offered).filter((group) => group.some((one) => matched.includes(one)));
  const keys = new Set(groups.flat().map(({ key }) => key));
  const parts = mark.parts.filter(({ product }) => keys.has(product));
  return parts.length === 0 ? mark : { ...mark, parts };
}

function newestIn(product: Product): string | undefined {
  const newest = newestOf(product);
  return newest && contentDigest(newest.version);
}
