/* operations/plans/holds: holds, and undoing them. */

import { MirrorError } from '../../../errors';
import type { PlanLine } from '../../../job/operations/outcome';
import { dependentsOf } from '../../../publication/offers/dropped';
import { offerGroups } from '../../../publication/offers/offer-groups';
import { highest } from '../../../publication/state/highest';
import { type Hold, heldBy } from '../../../publication/state/holds';
import { timeText } from '../../../publication/state/kept-ledger';
import { maasName } from '../../../publication/state/product-key';
import type { ViewChange, ViewContent } from '../../../publication/state/view-content';
import { sha256Of } from '../../../sha256';
import { writeJson } from '../../../simplestreams/json';
import { type Asked, askerOf, noteOf } from '../asked';
import { type ChosenProduct, chosenProducts, nameOf, productsIn, releaseOf } from '../chosen-products';
import { chosenVersions, namesOf } from '../chosen-versions';
import { type Again, loadersAgain } from '../loaders-again';
import { type Leaving, offering, shelving, takingBack } from '../moved';
import { type MirrorContent, type Planned, viewToChange } from '../planned';
import { refusedNewest } from '../refused-documents';
import { refusedHalves } from './kept-together';
import { leavingAbove } from './leaving-above';

/** What a hold does. */
interface Holding {
  /** Without how it is undone. */
  readonly planned: Planned;
  /** @default - nothing is done */
  readonly set?: {
    readonly hold: Hold;
    readonly before: ViewContent;
    readonly change: Partial<ViewChange>;
  };
}

/** A hold, without how it is undone. */
export function holding(request: Asked<'hold'>, mirror: MirrorContent, at: Date): Holding {
  refuseEnded(request, at);
  const content = viewToChange(mirror, request.view);
  const products = chosenProducts(content, request);
  const kept = keptIn(request, products);
  const hold = holdFor(products, kept, request, content, at);
  const holds = [...content.state.holds.filter(({ id }) => id !== hold.id), hold];
  refuseWithoutSisters(content, products, holds);
  const above = products.flatMap((one) => leavingAbove(kept, one));
  const again = loadersAgain(above, content, at);
  const leaving = above.map((one): Leaving => ({ ...one, instead: newestThen(one, again) ?? '' }));
  const lines = [...setLines(hold, content), ...leaving.flatMap((one) => heldLines(one, again))];
  if (lines.length === 0) return { planned: { views: [{ view: request.view, lines }], remarks: [] } };
  const left = takingBack(content.documents, new Map(leaving.map(({ id, names }) => [id, new Set(names)])));
  const documents = offering(left, again, at);
  const change = {
    state: { ...content.state, holds },
    documents,
    shelf: shelving(content, leaving, 'held', at),
    ...{ withdrawn: mirror.withdrawn, note: noteOf('hold', request) },
  };
  const dropped = leaving.filter((one) => newestThen(one, again) === undefined).map(({ product }) => product);
  const then = { ...request, at: kept };
  const refusal =
    refusedNewest(content, documents, mirror) ?? refusedHalves(content, documents, products, kept, request, mirror);
  const views = [{ view: request.view, change, lines }];
  const planned = { views, remarks: dependentsOf(dropped, documents), then, ...(refusal && { refusal }) };
  return { planned, set: { hold, before: content, change } };
}

/** @throws NoSuchVersion (misuse) if none of the products offers `at`: what waits already cannot be kept */
function keptIn({ view, at = 'newest' }: Asked<'hold'>, products: readonly ChosenProduct[]): string {
  const offered = products.map(({ shelved, ...one }) => one);
  return chosenVersions(view, offered, at)[0]?.name ?? '';
}

/** Undefined if the product is dropped. */
function newestThen({ id, product, names }: Leaving, again: readonly Again[]): string | undefined {
  return again.find((one) => one.id === id)?.name ?? highest(namesOf(product).filter((name) => !names.includes(name)));
}

/** @throws BadInput (misuse): the next timer would lift it, and the operator would believe that it stands */
export function refuseEnded({ until }: Pick<Asked<'hold'>, 'until'>, at: Date): void {
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
  const scope = {
    release: releaseOf(products[0]?.product ?? { versions: {} }),
    ...{ architectures: [...new Set(architectures)].sort(), flavours: names },
  };
  const known = state.holds.find((one) => writeJson(scopeOf(one)) === writeJson(scope));
  const id = sha256Of(writeJson({ view, ...scope, since: timeText(at) })).slice(0, 12);
  const isSame = asker.reason === undefined || asker.reason === known?.reason;
  if (known !== undefined && known.until === until && known.at === kept && isSame) return known;
  const since = known?.since ?? timeText(at);
  const why = { ...(known?.reason !== undefined && { reason: known.reason }), ...askerOf(asker) };
  return { id: known?.id ?? id, since, ...(until !== undefined && { until }), ...why, ...scope, at: kept };
}

function scopeOf({ release, architectures, flavours }: Hold): Pick<Hold, 'release' | 'architectures' | 'flavours'> {
  return { release, architectures, flavours };
}

/**
 * A flavour that is held while its sisters get new roots would keep an old one, and nothing could be published.
 * @throws BadInput (misuse)
 */
function refuseWithoutSisters(content: ViewContent, products: readonly ChosenProduct[], holds: readonly Hold[]): void {
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

function heldLines(one: Leaving, again: readonly Again[]): PlanLine[] {
  const { id, key: product, names } = one;
  const left = newestThen(one, again);
  const newest = { before: names[0] ?? '', ...(left !== undefined && { newest: left }) };
  const lines = names.map((version): PlanLine => ({ does: 'hold back', product, version, ...newest }));
  const offered = again
    .filter((other) => other.id === id)
    .map(({ was: version, name }): PlanLine => {
      return { does: 'offer', product, version, name, ...newest };
    });
  return left === undefined ? [...lines, { does: 'drop', product }] : [...lines, ...offered];
}
