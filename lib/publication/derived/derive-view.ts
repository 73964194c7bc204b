import type { Product, Products } from '../../simplestreams/types';
import { offerGroups } from '../offers/offer-groups';
import { heldBy } from '../state/holds';
import type { Ledger, LedgerRow } from '../state/ledger';
import { newRow, withResults } from '../state/ledger';
import { contentDigest } from '../state/product-key';
import { type ProductPart, partsOf } from '../state/product-parts';
import type { ViewChange, ViewContent } from '../state/view-content';
import type { SelectedPart } from '../state/view-state';
import type { Withdrawal } from '../state/withdrawal';
import { WithdrawnIndex } from '../state/withdrawals';
import { ownNames } from './own-names';
import { type SelectedProduct, selectedProducts } from './selected-products';
import { suitableProducts } from './suitable-versions';

/** What a change of a selected view needs, except what the history says about it. */
export type Derived = Required<Pick<ViewChange, 'documents' | 'ledger' | 'offered' | 'withdrawn'>>;

/**
 * The content of a selected view, made of its sources: their versions with the view's own ids and label, and what was attested
 * of them. Held products stay as they are. Pure; with the same sources it gives the same content again.
 * @param sources by name; a part whose source is missing selects nothing
 * @param select first match wins
 * @param withdrawn the withdrawals of all views
 * @param at from which new names are made, where a source's name means something else here
 */
export function derivedContent(
  target: ViewContent,
  sources: ReadonlyMap<string, ViewContent>,
  select: readonly SelectedPart[],
  withdrawn: readonly Withdrawal[],
  at: Date,
): Derived {
  const index = new WithdrawnIndex(target.view, [...target.state.withdrawals, ...withdrawn]);
  const selected = selectedProducts(target.view, select, sources);
  const parts = partsOf(target);
  const free = withoutSisters(selected, target, parts).filter(({ product }) => !heldBy(target.state, product));
  const offered = suitableProducts(free, parts, index).map((one) => {
    const versions = ownNames(one, target, parts.get(one.id)?.product, at);
    return { ...one, product: { ...one.product, versions } };
  });
  return {
    documents: documentsOf([...heldIn(target), ...offered]),
    ledger: ledgerWith(target.ledger, offered),
    offered: [...sources.values()],
    withdrawn,
  };
}

/** A flavour that is new to the view waits for its held sisters, since it would have another root than they keep. */
function withoutSisters(
  selected: readonly SelectedProduct[],
  target: ViewContent,
  here: ReadonlyMap<string, ProductPart>,
): readonly SelectedProduct[] {
  if (target.state.holds.length === 0) return selected;
  const held = heldIn(target).map(({ id, product }) => ({ id, product }));
  const ids = new Set(held.map(({ id }) => id));
  const groups = offerGroups<Pick<Offered, 'id' | 'product'>>([...held, ...selected]);
  const waiting = new Set(groups.filter((group) => group.some(({ id }) => ids.has(id))).flat());
  return selected.filter((one) => !waiting.has(one) || here.get(one.id)?.product !== undefined);
}

type Offered = Pick<SelectedProduct, 'contentId' | 'id' | 'product' | 'document'>;

function heldIn({ documents, state }: ViewContent): Offered[] {
  return [...documents].flatMap(([contentId, document]) =>
    Object.entries(document.products)
      .filter(([, product]) => heldBy(state, product))
      .map(([id, product]) => ({ contentId, id, product, document })),
  );
}

function documentsOf(offered: readonly Offered[]): Map<string, Products> {
  const groups = Map.groupBy(offered, ({ contentId }) => contentId);
  return new Map(
    [...groups].map(([content_id, some]): [string, Products] => {
      const products = some.map(({ id, product }): [string, Product] => [id, product]);
      const [first] = some;
      if (first === undefined) throw new RangeError('a group has a member');
      return [content_id, { ...first.document, content_id, products: Object.fromEntries(products) }];
    }),
  );
}

/** The ledger with the results that the sources have of what is offered here. */
function ledgerWith(ledger: Ledger, offered: readonly SelectedProduct[]): Ledger {
  const rows = offered.flatMap(({ id, product, row }): [string, LedgerRow][] => {
    const known = ledger.products[id];
    const contents = [...new Set(Object.values(product.versions).map(contentDigest))];
    const results = contents.map((content) => [content, row?.attested[content] ?? []] as const);
    const added = results.filter(([, some]) => some.length > 0);
    if (added.length === 0) return [];
    return [[id, added.reduce((all, [content, some]) => withResults(all, content, some), known ?? newRow(''))]];
  });
  return rows.length === 0 ? ledger : { ...ledger, products: { ...ledger.products, ...Object.fromEntries(rows) } };
}
