import { MirrorError } from '../../errors';
import type { PlanLine } from '../../job/operations/outcome';
import type { ChosenSet } from '../../publication/offers/chosen-set';
import { type Hold, hasEnded, heldBy, heldError } from '../../publication/state/holds';
import { contentDigest, productKey } from '../../publication/state/product-key';
import type { Note, ViewContent } from '../../publication/state/view-content';
import { type Asked, askerOf, noteOf } from '../plans/asked';
import { planHoldEnds } from '../plans/holds/unhold-plan';
import { contentOfView, type MirrorContent, type Planned, type PlannedView, type Planner } from '../plans/planned';
import { type Conditions, conditionsOf } from './conditions';
import { withOthers } from './held-promotion';
import { type PlaceOf, type Promoted, placesIn, promotedDocuments, promotedLedger, promotedVersions } from './promoted';
import { reasonOf, refusalOf } from './promotion-refusals';
import { deletion, downloads, olderOnes, tooOld, undoing } from './promotion-remarks';
import { type Promoting, promotionSets } from './promotion-sets';
import { targetOf } from './target';

/**
 * Offers the newest versions of a view in another one: the very bytes, with the same digests. With `after`, what may not be
 * taken is passed over; without it, it is refused. A held release that is named is refused; else only the others are promoted.
 * Holds of the target that have ended are lifted first, in the same change. A target that does not exist is created,
 * which is said, since its name may be a typo.
 */
export const planPromotion: Planner<Asked<'promote'>> = (request, mirror, at): Planned => {
  const planned = promotionIn(request, mirror, at);
  const { refusal } = planned;
  if (refusal?.name !== 'Held') return planned;
  const plan = (other: Asked<'promote'>) => promotionIn(other, mirror, at);
  return { ...planned, refusal: withOthers(refusal, request, contentOfView(mirror, request.from), plan) };
};

function promotionIn(request: Asked<'promote'>, mirror: MirrorContent, at: Date): Planned {
  const before = targetFor(request, mirror);
  const ended = endedHolds(before, request, mirror, at);
  const conditions = conditionsOf(request, before);
  const promoting = promotingOf(request, { ...before, ...ended?.change }, conditions, mirror, at);
  const { from, to } = promoting;
  const sets = chosenIn(promoting, at);
  const taken = sets.flatMap(({ promoted, hold }) => (hold === undefined ? promoted : []));
  const refusal = heldIn(sets, request, to) ?? refusedIn(sets, promoting, conditions);
  const old = tooOld(
    sets.map(({ set }) => set),
    promoting,
  );
  const isNew = before.documents.size === 0 && taken.length > 0;
  const lines = [
    ...(isNew ? [{ does: 'create', name: to.view } as const] : []),
    ...(ended?.lines ?? []),
    ...sets.flatMap((one, place) => [...linesOf(one), ...(old[place] ?? [])]),
  ];
  if (taken.length === 0)
    return { views: [{ ...ended, view: to.view, lines }], remarks: conditions.remarks, ...(refusal && { refusal }) };
  const documents = promotedDocuments(to, taken, at);
  const change = {
    ...{ documents, ledger: promotedLedger(to.ledger, taken), state: to.state, shelf: to.shelf },
    note: noteFor(request, conditions),
    ...{ offered: [from], withdrawn: promoting.withdrawn },
  };
  const remarks = [
    ...conditions.remarks,
    ...downloads(taken, before.documents, documents),
    ...olderOnes(taken, promoting),
    ...(isNew ? [deletion(to.view)] : undoing(taken, to, documents, { withdrawn: promoting.withdrawn, at })),
  ];
  return { views: [{ view: to.view, change, lines }], remarks, ...(refusal && { refusal }) };
}

/** @throws BadInput (misuse) */
function targetFor({ from, to }: Asked<'promote'>, mirror: MirrorContent): ViewContent {
  if (from !== to) return targetOf(mirror, to);
  const hint = 'name the view to fill, such as stable, after the one that it is filled from';
  throw new MirrorError('BadInput', `${from} cannot be promoted into itself`, { hint, misuse: true });
}

/** What lifts the holds of the target that have come to their end: of a view that is filled by hand, nothing else does. */
function endedHolds(
  to: ViewContent,
  request: Asked<'promote'>,
  { withdrawn }: MirrorContent,
  at: Date,
): PlannedView | undefined {
  if (!to.state.holds.some((hold) => hasEnded(hold, at))) return undefined;
  const [planned] = planHoldEnds(askerOf(request), { views: new Map([[to.view, to]]), withdrawn }, at).views;
  return planned?.change && { ...planned, change: { ...planned.change, withdrawn } };
}

function noteFor(request: Asked<'promote'>, { unchecked }: Conditions): Note {
  const note = noteOf('promote', request);
  const reason = [note.reason, unchecked].filter((text) => text !== undefined).join('; ');
  return { ...note, ...(reason !== '' && { reason }), from: request.from };
}

/** @throws NoSuchView (misuse) */
function promotingOf(
  { from, release, architectures, flavours }: Asked<'promote'>,
  to: ViewContent,
  { after, require, waived }: Conditions,
  mirror: MirrorContent,
  at: Date,
): Promoting {
  const source = contentOfView(mirror, from);
  return {
    ...{ from: source, to, words: { release, architectures, flavours } },
    wanted: { at, require, ...(after !== undefined && { after }), ...(waived !== undefined && { waived }) },
    mode: after === undefined ? 'newest' : 'newest eligible',
    withdrawn: [...source.state.withdrawals, ...mirror.withdrawn],
  };
}

/** A chosen set, and what it brings to the target. */
interface Chosen {
  readonly set: ChosenSet;
  readonly promoted: readonly Promoted[];
  /** What keeps it from the target. */
  readonly hold?: Hold;
}

function chosenIn(promoting: Promoting, at: Date): Chosen[] {
  const placeOf = placesIn(promoting);
  return promotionSets(promoting).map((set) => {
    const promoted = promotedVersions(set, promoting, placeOf, at);
    const [hold] = promoted.flatMap((one) => heldBy(promoting.to.state, { ...one.fields, versions: {} }) ?? []);
    return { set: toldOf(set, placeOf), promoted, ...(hold && { hold }) };
  });
}

/** Of what is passed over, the newest version of each product; not what the target has, and not what is left out as a whole. */
function toldOf(set: ChosenSet, placeOf: PlaceOf): ChosenSet {
  const told = new Set(set.leftOut.map(({ product }) => product));
  const passedOver = set.passedOver.filter(({ candidate }) => {
    const key = productKey(candidate.product);
    const isTold = told.has(key) || placeOf(candidate).content === contentDigest(candidate.version);
    told.add(key);
    return !isTold;
  });
  return { ...set, passedOver };
}

/** A hold refuses what was named; otherwise only if there is nothing else to promote. */
function heldIn(
  sets: readonly Chosen[],
  { release }: Asked<'promote'>,
  { view }: ViewContent,
): MirrorError | undefined {
  const hold = sets.find((one) => one.hold !== undefined)?.hold;
  const isAllHeld = sets.every((one) => one.hold !== undefined || one.promoted.length === 0);
  return hold !== undefined && (release !== undefined || isAllHeld) ? heldError(view, hold) : undefined;
}

function refusedIn(
  sets: readonly Chosen[],
  { from, to, mode }: Promoting,
  { own }: Conditions,
): MirrorError | undefined {
  if (mode === 'newest eligible') return undefined;
  return sets.flatMap(({ set }) => (set.taken.length > 0 ? [] : (refusalOf(set, from, to.view, own) ?? [])))[0];
}

function linesOf({ set, promoted, hold }: Chosen): PlanLine[] {
  const offered = promoted.map(({ key: product, was: version, name, before }): PlanLine => {
    const why = hold && `held since ${hold.since.slice(0, 10)}`;
    if (why !== undefined) return { does: 'pass over', product, version, why };
    return { does: 'offer', product, version, name, newest: name, ...(before !== undefined && { before }) };
  });
  const leftOut = set.leftOut.map(({ product, why }): PlanLine => {
    return { does: 'leave out', product, why: why === undefined ? 'no version has its root' : reasonOf(why) };
  });
  const passedOver = set.passedOver.map(({ candidate, why }): PlanLine => {
    const { product, name } = candidate;
    return { does: 'pass over', product: productKey(product), version: name, why: reasonOf(why, candidate) };
  });
  return [...offered, ...leftOut, ...passedOver];
}
