import { offerGroups } from '../../publication/offers/offer-groups';
import { saidOf } from '../../publication/offers/withdrawn-words';
import { tripleOf } from '../../publication/state/product-key';
import type { ViewContent } from '../../publication/state/view-content';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../publication/state/withdrawals';
import type { Product, Products } from '../../simplestreams/types';
import { type Offer, versionOf } from './offers';
import { newestName } from './updates';

/**
 * Which of the built offers are withdrawn, by their files: Select could recognise only what they were to be made from, and
 * a withdrawal may be younger. A flavour that would then keep an older root than its sisters keeps them back, too: the next
 * build knows of the withdrawal.
 * @param elsewhere withdrawals of other views
 * @param document what the view offers, with the pending versions
 */
export function sortedByDecision(
  offers: readonly Offer[],
  { view, state }: ViewContent,
  elsewhere: readonly Withdrawal[],
  document: Products | undefined,
): { readonly free: readonly Offer[]; readonly withdrawn: readonly { kernel: string; said: string }[] } {
  const index = new WithdrawnIndex(view, [...state.withdrawals, ...elsewhere]);
  const built = offers.filter((offer) => offer.built).map((offer) => ({ offer, product: productOf(offer) }));
  const said = new Map<Offer, string>();
  for (const { offer, product } of built) {
    const match = index.of(product, '', product.versions[''] ?? { items: {} });
    if (match !== undefined) said.set(offer, saidOf(match));
  }
  for (const group of offerGroups(built)) {
    const behind = group.find(({ offer, product }) => said.has(offer) && staysBehind(offer, product, document));
    if (behind === undefined) continue;
    const reason = `left out: ${behind.offer.kernel.name} is withdrawn, and all flavours must have one root`;
    for (const { offer } of group) if (!said.has(offer)) said.set(offer, reason);
  }
  return {
    free: offers.filter((offer) => !said.has(offer)),
    withdrawn: [...said].map(([{ kernel }, text]) => ({ kernel: kernel.name, said: text })),
  };
}

function productOf(offer: Offer): Product {
  return { ...offer.fields, versions: { '': versionOf(offer, '') } };
}

/** Whether the newest version of the offer's product has another root; not if there is none. */
function staysBehind({ productId }: Offer, { versions }: Product, document: Products | undefined): boolean {
  const product = document?.products[productId];
  const standing = product?.versions[newestName(product)];
  const [old, root] = [standing, versions['']].map((version) => version && tripleOf(version).root);
  return old !== undefined && old !== root;
}
