import { saidOf } from '../../publication/offers/withdrawn-words';
import type { ViewContent } from '../../publication/state/view-content';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../publication/state/withdrawals';
import { type Offer, versionOf } from './offers';

/**
 * Which of the built offers are withdrawn, by their files: Select could recognise only what they were to be made from, and
 * a withdrawal may be younger.
 * @param elsewhere withdrawals of other views
 */
export function sortedByDecision(
  offers: readonly Offer[],
  { view, state }: ViewContent,
  elsewhere: readonly Withdrawal[],
): { readonly free: readonly Offer[]; readonly withdrawn: readonly { kernel: string; said: string }[] } {
  const index = new WithdrawnIndex(view, [...state.withdrawals, ...elsewhere]);
  const matches = offers.map((offer) => {
    const version = versionOf(offer, '');
    return offer.built ? index.of({ ...offer.fields, versions: { '': version } }, '', version) : undefined;
  });
  return {
    free: offers.filter((_, at) => matches[at] === undefined),
    withdrawn: offers.flatMap(({ kernel: { name: kernel } }, at) => {
      const match = matches[at];
      return match === undefined ? [] : [{ kernel, said: saidOf(match) }];
    }),
  };
}
