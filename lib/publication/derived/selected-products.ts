import { bootloadersRequest } from '../../job/job';
import type { Product, Products } from '../../simplestreams/types';
import type { LedgerRow } from '../state/ledger';
import { maasName } from '../state/product-key';
import type { ViewContent } from '../state/view-content';
import type { SelectedPart } from '../state/view-state';
import { labelOf, relabelledContentId, relabelledId, relabelledProduct } from './relabel';

/** A product of a source, as a selected view offers it: with that one's ids and label. */
export interface SelectedProduct {
  readonly contentId: string;
  readonly id: string;
  readonly product: Product;
  /** The document that it comes from. */
  readonly document: Products;
  /** The label that it has there. */
  readonly label: string;
  /** What the source remembers of it. */
  readonly row: LedgerRow | undefined;
}

/**
 * The products that a selected view offers: each comes from the source of the first part that matches it, whatever the
 * others have; one that no part matches is left out.
 */
export function selectedProducts(
  view: string,
  select: readonly SelectedPart[],
  sources: ReadonlyMap<string, ViewContent>,
): SelectedProduct[] {
  const names = [...new Set(select.map(({ from }) => from))];
  return names.flatMap((from) => {
    const source = sources.get(from);
    const label = source === undefined ? '' : labelOf(source);
    return [...(source?.documents ?? [])].flatMap(([contentId, document]) =>
      Object.entries(document.products)
        .filter(([, product]) => partOf(select, product)?.from === from)
        .map(([id, product]) => ({
          contentId: relabelledContentId(contentId, label, view),
          id: relabelledId(id, label, view),
          product: relabelledProduct(product, view),
          document,
          label,
          row: source?.ledger.products[id],
        })),
    );
  });
}

/** The part from which a selected view has a product: the first that matches it. */
export function partOf(select: readonly SelectedPart[], product: Product): SelectedPart | undefined {
  return select.find((part) => isOf(part, product));
}

function isOf({ releases, architectures, flavours }: SelectedPart, product: Product): boolean {
  const { release, arch, 'bootloader-type': loader } = product;
  const isOneOf = (words: readonly string[] | undefined, word = '') => words === undefined || words.includes(word);
  const isOfRelease = isOneOf(releases, loader === undefined ? release : bootloadersRequest);
  return isOfRelease && isOneOf(architectures, arch) && isOneOf(flavours, maasName(product));
}
