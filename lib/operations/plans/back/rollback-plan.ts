import { MirrorError } from '../../../errors';
import type { Remark } from '../../../job/operations/outcome';
import { partOf } from '../../../publication/derived/selected-products';
import { downloadOf } from '../../../publication/offers/downloads';
import { dependentsOf } from '../../../publication/offers/dropped';
import { heldBy } from '../../../publication/state/holds';
import { contentDigest, fieldsOfKey } from '../../../publication/state/product-key';
import type { ViewContent } from '../../../publication/state/view-content';
import type { ViewState } from '../../../publication/state/view-state';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import type { Products } from '../../../simplestreams/types';
import type { Asked } from '../asked';
import { type ChosenProduct, releaseOf } from '../chosen-products';
import type { ChosenVersion } from '../chosen-versions';
import { followedText, pointedElsewhere, sourcesOfMeant } from '../followed';
import { markingAgain } from '../marked';
import {
  type MirrorContent,
  type Planned,
  type PlannedElsewhere,
  type PlannedView,
  type Planner,
  statesIn,
  viewToChange,
} from '../planned';
import { type BackIn, backIn } from './back-in';
import { heldBack } from './held-back';
import { isLiftedAgain, liftedAgain } from './lifted-again';
import { matchedIn } from './matched-in';
import { rolledBack, type TakenBack, takenBackIn } from './rolled-back';
import { matchRemarks } from './way-back';
import { onlyTheKernel } from './withdraw-plan';

/**
 * Withdraws the newest version and goes back to the one before, or withdraws everything above `to`. In all views, the named
 * one is last: until then, the same command finds the same version.
 */
export const planRollback: Planner<Asked<'rollback'> & Chosen> = (request, mirror, at): Planned => {
  const named = viewToMove(mirror, request);
  const { chosen = takenBackIn(named, request, mirror, at) } = request;
  if (chosen === undefined) return { views: [{ view: named.view, lines: [] }], remarks: [] };
  const { mark, versions } = chosen;
  const back = (content: ViewContent) => backIn(content, mark, request, mirror.withdrawn, at);
  const { own, refusal } = rolledBack(named, chosen, request, mirror, at);
  const plan = (content: ViewContent): PlannedElsewhere => {
    const isMoved = request.allViews && content.state.kind !== 'frozen';
    return isMoved
      ? movedElsewhere(back(content), mark, mirror, at)
      : { matched: matchedIn(mark, content, mirror.withdrawn, at) };
  };
  const [here, states] = [movedElsewhere(own, mark, mirror, at), statesIn(mirror)];
  const remarks = (others: readonly PlannedElsewhere[]) => [
    ...markRemarks(mark, [here, ...others], states),
    ...onlyTheKernel(versions, mark),
    ...[...others, here].flatMap((one) => one.remarks ?? []),
    ...downloadsOf(versions, own.documents),
    ...(request.republish ? [] : fetchedAgain(keptNames(versions, own), named, at)),
    ...liftedAgain(mark, own, mirror, at, others),
  ];
  const then: Asked<'rollback'> & Chosen = { ...request, chosen };
  const later = request.allViews && { later: () => markingAgain(mark) };
  const elsewhere = { isFirst: true, plan, remarks, ...later };
  return { views: [own.planned], remarks: [], ...(refusal && { refusal }), then, elsewhere };
};

/** What is taken back, once that was decided: another version that is published meanwhile is not meant. */
interface Chosen {
  readonly chosen?: TakenBack;
}

/** @throws BadInput (misuse) for a view that only follows others; as viewToChange */
function viewToMove(mirror: MirrorContent, request: Asked<'rollback'>): ViewContent {
  const content = viewToChange(mirror, request.view);
  const { view, state } = content;
  if (state.kind !== 'selected') return content;
  const from = sourcesOfMeant(content, request);
  throw new MirrorError('BadInput', followedText(view, state), {
    hint: `roll back ${from.join(', ')}, or point ${view} elsewhere: ${pointedElsewhere(content, from)}`,
    misuse: true,
  });
}

/** With what its mark matches afterwards, and what depends on what is dropped. */
function movedElsewhere(
  back: BackIn,
  mark: Withdrawal,
  mirror: MirrorContent,
  at: Date,
): PlannedElsewhere & { readonly planned: PlannedView } {
  const { content, moves, documents, planned } = back;
  const refusal = heldBack(back);
  const gone = moves.leaving.filter(({ id }) => ![...documents.values()].some(({ products }) => products[id]));
  const products = gone.map(({ product }) => product);
  return {
    ...(refusal && { refusal }),
    planned,
    matched: matchedIn(mark, { ...content, documents }, mirror.withdrawn, at),
    isUndone: isLiftedAgain(mark, back, mirror, at),
    remarks: dependentsOf(products, documents),
  };
}

/** Except about what follows what is moved. */
function markRemarks(
  mark: Withdrawal,
  planned: readonly PlannedElsewhere[],
  states: ReadonlyMap<string, ViewState>,
): Remark[] {
  const moved = planned.flatMap((one) =>
    (one.planned?.lines ?? []).flatMap(({ does, product }) =>
      does === 'take back' ? [`${one.planned?.view} ${product}`] : [],
    ),
  );
  const remarks = matchRemarks(
    mark,
    planned.flatMap((one) => one.matched ?? []),
    states,
  );
  return remarks.filter(({ view = '', product = '' }) => !follows(view, product, new Set(moved), states));
}

/**
 * Of two complete sets, MAAS keeps the one that it has made last. A site that gets the bad version about now keeps that one,
 * and fetches the good one again an hour later.
 */
function fetchedAgain(versions: readonly ChosenVersion[], content: ViewContent, at: Date): Remark[] {
  const isRecent = versions.some(({ id, version }) => {
    const since = content.ledger.products[id]?.since[contentDigest(version)];
    return since !== undefined && at.getTime() - Date.parse(since) < recently;
  });
  const why =
    'a site that has both versions by then downloads the good one again an hour later; --republish avoids that';
  return isRecent ? [{ about: 'sites follow', why }] : [];
}

/** Of what is taken back, that for which something is offered under the name that it had. */
function keptNames(versions: readonly ChosenVersion[], { moves }: BackIn): readonly ChosenVersion[] {
  const again = new Set(moves.offers.map(({ id }) => id));
  return versions.filter(({ id }) => !again.has(id));
}

/** Within two hours, every site begins to download what is published. */
const recently = 2 * 60 * 60_000;

/** Whether a view has a product from a view where it is moved, directly or through others. What is held stays as it is. */
function follows(
  view: string,
  product: string,
  moved: ReadonlySet<string>,
  states: ReadonlyMap<string, ViewState>,
  seen: string[] = [],
): boolean {
  const { source, holds = [] } = states.get(view) ?? {};
  const fields = fieldsOfKey(product);
  const from = partOf(source?.select ?? [], fields)?.from;
  if (from === undefined || seen.includes(from) || heldBy({ holds }, fields) !== undefined) return false;
  return moved.has(`${from} ${product}`) || follows(from, product, moved, states, [...seen, from]);
}

/** What a MAAS downloads that has nothing of what is newest then. */
function downloadsOf(chosen: readonly ChosenProduct[], documents: ReadonlyMap<string, Products>): Remark[] {
  const places = Map.groupBy(chosen, ({ product }) => `${releaseOf(product)} ${product.arch ?? ''}`);
  return [...places.values()].map(([one]): Remark => {
    const { os, release, arch: architecture = '' } = one?.product ?? { versions: {} };
    const selection = { ...(os && { os }), ...(release && { release }), architecture };
    const { all } = downloadOf(documents.values(), selection);
    return { about: 'download', release: one ? releaseOf(one.product) : '', architecture, bytes: all };
  });
}
