import { MirrorError } from '../../errors';
import type { PlanLine } from '../../job/operations/outcome';
import { offerGroups } from '../../publication/offers/offer-groups';
import { highest } from '../../publication/state/highest';
import { type Hold, heldBy } from '../../publication/state/holds';
import { timeText } from '../../publication/state/kept-ledger';
import { maasName } from '../../publication/state/product-key';
import type { ViewContent } from '../../publication/state/view-content';
import { sha256Of } from '../../sha256';
import { writeJson } from '../../simplestreams/json';
import { sortsAbove } from '../../simplestreams/version-order';
import { type Asked, askerOf, noteOf } from './asked';
import { type ChosenProduct, chosenProducts, nameOf, productsIn, releaseOf } from './chosen-products';
import { chosenVersions, namesOf } from './chosen-versions';
import { type Leaving, shelving, takingBack } from './moved';
import { type Planned, type Planner, viewToChange } from './planned';

/**
 * Keeps every version that is new to the view away from its readers, until the hold is lifted; with `at` also the versions
 * above that one, which leave the documents and wait as pending.
 */
export const planHold: Planner<Asked<'hold'>> = (request, mirror, at): Planned => {
  refuseEnded(request, at);
  const content = viewToChange(mirror, request.view);
  const products = chosenProducts(content, request);
  const kept = chosenVersions(request.view, products, request.at ?? 'newest')[0]?.name ?? '';
  const hold = holdFor(products, kept, request, content, at);
  const holds = [...content.state.holds.filter(({ id }) => id !== hold.id), hold];
  refuseHalves(content, products, holds);
  const above = products.map((one) => ({
    ...one,
    names: namesOf(one.product).filter((name) => sortsAbove(name, kept)),
  }));
  const leaving = above.filter(({ names }) => names.length > 0);
  const lines = [...setLines(hold, content), ...leaving.flatMap(heldLines)];
  const undo = { about: 'undo', commands: [`maas-mirror unhold ${request.view} ${hold.release}`] } as const;
  if (lines.length === 0) return { views: [{ view: request.view, lines }], remarks: [undo] };
  const change = {
    state: { ...content.state, holds },
    documents: takingBack(content.documents, new Map(leaving.map(({ id, names }) => [id, new Set(names)]))),
    shelf: shelving(content, leaving, 'held', at),
    note: noteOf('hold', request),
  };
  return { views: [{ view: request.view, change, lines }], remarks: [undo] };
};

/** @throws BadInput (misuse): the next timer would lift it, and the operator would believe that it stands */
function refuseEnded({ until }: Asked<'hold'>, at: Date): void {
  if (until === undefined || Date.parse(until) > at.getTime()) return;
  throw new MirrorError('BadInput', `the hold would end at ${until}, which is in the past`, {
    hint: 'give a later --until, or none',
    misuse: true,
  });
}

/** The hold that the view has of exactly these products, as it is asked for now, or a new one. */
function holdFor(
  products: readonly ChosenProduct[],
  kept: string,
  { view, architectures, flavours, until, ...asker }: Asked<'hold'>,
  { state }: ViewContent,
  at: Date,
): Hold {
  const names = flavours.length === 0 ? [] : [...new Set(products.map(({ product }) => maasName(product)))].sort();
  const scope = { release: releaseOf(products[0]?.product ?? { versions: {} }), architectures, flavours: names };
  const known = state.holds.find((one) => writeJson(scopeOf(one)) === writeJson(scope));
  const id = sha256Of(writeJson({ view, ...scope, since: timeText(at) })).slice(0, 12);
  if (known !== undefined && known.until === until && known.at === kept) return known;
  const since = known?.since ?? timeText(at);
  return { id: known?.id ?? id, since, ...(until !== undefined && { until }), ...askerOf(asker), ...scope, at: kept };
}

function scopeOf({ release, architectures, flavours }: Hold): Pick<Hold, 'release' | 'architectures' | 'flavours'> {
  return { release, architectures, flavours };
}

/**
 * A flavour that is held while its sisters get new roots would keep an old one, and nothing could be published.
 * @throws BadInput (misuse)
 */
function refuseHalves(content: ViewContent, products: readonly ChosenProduct[], holds: readonly Hold[]): void {
  const ids = new Set(products.map(({ id }) => id));
  for (const group of offerGroups(productsIn(content))) {
    const [held, free] = [
      group.filter(({ id }) => ids.has(id)),
      group.filter((one) => !heldBy({ holds }, one.product)),
    ];
    const [one, sister] = [held[0], free[0]];
    if (one === undefined || sister === undefined) continue;
    const said = `${nameOf(one.product)} must have the root of ${nameOf(sister.product)}, so it cannot be held without it`;
    throw new MirrorError('BadInput', said, {
      hint: `hold all flavours: maas-mirror hold ${content.view} ${releaseOf(one.product)} --arch ${one.product.arch}`,
      misuse: true,
    });
  }
}

/** Nothing if the view has this very hold. */
function setLines(hold: Hold, { state }: ViewContent): PlanLine[] {
  if (state.holds.includes(hold)) return [];
  const why = hold.until === undefined ? 'held' : `held until ${hold.until}`;
  return [{ does: 'set', version: hold.at ?? '', why }];
}

function heldLines({ key, product, names }: Leaving): PlanLine[] {
  const left = highest(namesOf(product).filter((name) => !names.includes(name)));
  const newest = { before: names[0] ?? '', ...(left !== undefined && { newest: left }) };
  const lines = names.map((version): PlanLine => ({ does: 'hold back', product: key, version, ...newest }));
  return left === undefined ? [...lines, { does: 'drop', product: key }] : lines;
}
