/* operations/promotion: what a promotion takes, and whether it stands still. */

import { labelOf, relabelledId } from '../../publication/derived/relabel';
import { knownNames } from '../../publication/names/known-names';
import {
  type Candidate,
  type ChosenSet,
  chosenSets,
  type Mode,
  type Standing,
} from '../../publication/offers/chosen-set';
import { ineligible, type Wanted } from '../../publication/offers/eligible';
import { highest } from '../../publication/state/highest';
import type { LedgerRow } from '../../publication/state/ledger';
import { newRow, withResults } from '../../publication/state/ledger';
import { contentDigest } from '../../publication/state/product-key';
import type { ViewContent } from '../../publication/state/view-content';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../publication/state/withdrawals';
import { newestOf, newestVersion } from '../../simplestreams/merge';
import type { Product } from '../../simplestreams/types';
import { type ChosenProduct, chosenProducts, type ProductWords, productsIn } from '../plans/chosen-products';

/** What is promoted, and by which rules. */
export interface Promoting {
  readonly from: ViewContent;
  readonly to: ViewContent;
  readonly words: ProductWords;
  readonly wanted: Wanted;
  /** newest: by hand; newest eligible: with `--after`, which passes over what is not eligible. */
  readonly mode: Mode;
  /** Of all views. */
  readonly withdrawn: readonly Withdrawal[];
}

/**
 * What a promotion takes of each group of products. What the target's newest version has already may always be taken:
 * nothing changes by it. What was removed from the target is passed over, unless its release is named. With `--after`, nothing
 * is taken that is older than what the target has.
 * @throws NoSuchVersion (misuse) if the source has nothing of what is named
 */
export function promotionSets(promoting: Promoting): ChosenSet[] {
  const { from, to, words, mode } = promoting;
  const there = new Map(productsIn(to).map((one) => [one.key, one]));
  const candidates = candidatesIn(promoting, there);
  const ids = new Map(productsIn(from).map(({ id, key }) => [key, id]));
  const standing = [...there.values()].filter(({ product }) => newestVersion(product) !== undefined);
  const targets = standing.map(({ key, product }): Standing => {
    const floor = mode === 'newest' ? undefined : floorOf(from, ids.get(key), newestContent(product));
    return { product, ...(floor !== undefined && { floor }) };
  });
  const chosen = new Set(chosenProducts(from, words).map(({ key }) => key));
  return chosenSets(candidates, targets, mode).filter(({ products }) => products.some((key) => chosen.has(key)));
}

/** The content of a product's newest version; undefined if it has none. */
export function newestContent(product: Product | undefined): string | undefined {
  const newest = newestOf(product);
  return newest && contentDigest(newest.version);
}

/** Results of checks that either view has. */
export function rowOfBoth(from: LedgerRow | undefined, to: LedgerRow | undefined, content: string): LedgerRow {
  return withResults(from ?? newRow(''), content, to?.attested[content] ?? []);
}

function candidatesIn(
  { from, to, words, wanted, withdrawn }: Promoting,
  there: ReadonlyMap<string, ChosenProduct>,
): Candidate[] {
  const index = new WithdrawnIndex(to.view, [...to.state.withdrawals, ...from.state.withdrawals, ...withdrawn]);
  return chosenProducts(from, words).flatMap(({ id, key, product }) => {
    const twin = there.get(key);
    const standing = newestContent(twin?.product);
    // Of a product that was dropped, too, what the target remembers counts.
    const own = to.ledger.products[twin?.id ?? relabelledId(id, labelOf(from), to.view)];
    const rows = [from.ledger.products[id], own] as const;
    const removed = new Set(words.release === undefined ? own?.removed : []);
    return Object.entries(product.versions).map(([name, version]): Candidate => {
      const content = contentDigest(version);
      if (content === standing) return { product, name, version };
      if (removed.has(content)) return { product, name, version, why: { why: 'removed', view: to.view } };
      const why = ineligible(product, name, version, rowOfBoth(...rows, content), index, wanted);
      return { product, name, version, ...(why && { why }) };
    });
  });
}

/** The highest name under which the source knows what the target has, also if it has taken it back since. */
export function floorOf(from: ViewContent, id: string | undefined, content: string | undefined): string | undefined {
  if (id === undefined || content === undefined) return undefined;
  const names = [...knownNames(from, id).contents].filter(([, one]) => one === content);
  return highest(names.map(([name]) => name));
}
