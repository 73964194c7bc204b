import { MirrorError } from '../../../errors';
import type { Remark } from '../../../job/operations/outcome';
import { restoreCommand } from '../../../publication/gate/withdrawn-error';
import { downloadOf } from '../../../publication/offers/downloads';
import { dependentsOf } from '../../../publication/offers/dropped';
import { heldBy, heldError } from '../../../publication/state/holds';
import { contentDigest } from '../../../publication/state/product-key';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import type { Products } from '../../../simplestreams/types';
import type { Asked } from '../asked';
import { type ChosenProduct, releaseOf } from '../chosen-products';
import type { ChosenVersion } from '../chosen-versions';
import { markFor } from '../marked';
import { type MirrorContent, type Planned, type Planner, viewToChange } from '../planned';
import { matches, onlyTheKernel, othersOf } from '../withdraw-plan';
import { type BackIn, backIn } from './back-in';
import { refuseStuck, versionsTakenBack } from './taken-back';

/**
 * Withdraws the newest version and goes back to the one before, or withdraws everything above `to`. In all views, the named
 * one is last: until then, the same command finds the same version.
 */
export const planRollback: Planner<Asked<'rollback'> & Chosen> = (request, mirror, at): Planned => {
  const named = viewToMove(mirror, request.view);
  const { chosen = chosenIn(named, request, mirror, at) } = request;
  if (chosen === undefined) return { views: [{ view: named.view, lines: [] }], remarks: [] };
  const others = request.allViews ? othersOf(mirror.views, named.view) : [];
  const back = [...others, named].map((content) => backIn(content, chosen.mark, request, mirror.withdrawn, at));
  refuseStuck(back.at(-1)?.moves.stuck ?? [], chosen.versions);
  const refusal = back.map(heldBack).find((error) => error !== undefined);
  const views = back.map(({ planned }) => planned);
  const then: Asked<'rollback'> & Chosen = { ...request, chosen };
  return { views, ...(refusal && { refusal }), then, remarks: remarksOf(back, chosen, request, mirror, at) };
};

/** What is taken back, once that was decided: another version that is published meanwhile is not meant. */
interface Chosen {
  readonly chosen?: TakenBack;
}

interface TakenBack {
  readonly versions: readonly ChosenVersion[];
  readonly mark: Withdrawal;
}

/** Nothing if there is nothing above the version that is gone back to. */
function chosenIn(
  named: ViewContent,
  request: Asked<'rollback'>,
  mirror: MirrorContent,
  at: Date,
): TakenBack | undefined {
  const versions = versionsTakenBack(named, request, mirror);
  return versions.length === 0
    ? undefined
    : { versions, mark: markFor(versions, request, withMarksOf(mirror, named), at) };
}

/** A mixed version is new to the view, and what is new to a held product may not be offered. */
function heldBack({ content, moves }: BackIn): MirrorError | undefined {
  const mixed = moves.offers.filter(({ contentId, id, version }) => {
    const offered = Object.values(content.documents.get(contentId)?.products[id]?.versions ?? {}).map(contentDigest);
    return !offered.includes(contentDigest(version));
  });
  const holds = mixed.flatMap(({ fields }) => heldBy(content.state, { ...fields, versions: {} }) ?? []);
  return holds[0] && heldError(content.view, holds[0]);
}

/** With the marks that an interrupted rollback has set in other views, so that this one goes on with the same. */
function withMarksOf({ withdrawn }: MirrorContent, content: ViewContent): ViewContent {
  const { state } = content;
  return { ...content, state: { ...state, withdrawals: [...state.withdrawals, ...withdrawn] } };
}

/** @throws BadInput (misuse) for a view that only follows others; as viewToChange */
function viewToMove(mirror: MirrorContent, view: string): ViewContent {
  const content = viewToChange(mirror, view);
  const { kind, source } = content.state;
  if (kind !== 'selected') return content;
  const from = [...new Set(source?.select?.map((part) => part.from))].join(', ');
  throw new MirrorError('BadInput', `${view} follows ${from}`, {
    hint: `roll back ${from}, or point ${view} elsewhere: maas-mirror view set ${view} --from VIEW`,
    misuse: true,
  });
}

function remarksOf(
  back: readonly BackIn[],
  { versions, mark }: TakenBack,
  request: Asked<'rollback'>,
  { views }: MirrorContent,
  at: Date,
): Remark[] {
  const moved = new Set(back.filter(({ moves }) => moves.leaving.length > 0).map(({ content }) => content.view));
  const after = back.map(({ content, documents }) => ({ ...content, documents }));
  const remarks = matches(mark, new Map([...views, ...after.map((one) => [one.view, one] as const)]));
  const dropped = back.flatMap(({ moves, documents }) => {
    const gone = moves.leaving.filter(({ id }) => ![...documents.values()].some(({ products }) => products[id]));
    const products = gone.map(({ product }) => product);
    return dependentsOf(products, documents);
  });
  return [
    ...remarks.filter(({ view = '' }) => !follows(view, moved, views)),
    ...onlyTheKernel(versions, mark),
    ...dropped,
    ...downloadsOf(versions, back.at(-1)?.documents ?? new Map()),
    ...(request.republish ? [] : fetchedAgain(versions, back.at(-1)?.content, at)),
    { about: 'undo', commands: [restoreCommand(mark)] },
  ];
}

/**
 * Of two complete sets, MAAS keeps the one that it has made last. A site that gets the bad version about now keeps that one,
 * and fetches the good one again an hour later.
 */
function fetchedAgain(versions: readonly ChosenVersion[], content: ViewContent | undefined, at: Date): Remark[] {
  const isRecent = versions.some(({ id, version }) => {
    const since = content?.ledger.products[id]?.since[contentDigest(version)];
    return since !== undefined && at.getTime() - Date.parse(since) < recently;
  });
  const why =
    'a site that has both versions by then downloads the good one again an hour later; --republish avoids that';
  return isRecent ? [{ about: 'sites follow', why }] : [];
}

/** Within two hours, every site begins to download what is published. */
const recently = 2 * 60 * 60_000;

/** Whether a view is selected from one of these, directly or through others. */
function follows(
  view: string,
  moved: ReadonlySet<string>,
  views: MirrorContent['views'],
  seen: string[] = [],
): boolean {
  const parts = views.get(view)?.state.source?.select ?? [];
  return parts.some(({ from }) => {
    if (moved.has(from)) return true;
    return !seen.includes(from) && follows(from, moved, views, [...seen, from]);
  });
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
