import { labelOf, relabelledContentId, relabelledId, relabelledProduct } from '../../publication/derived/relabel';
import { topAmong } from '../../publication/names/known-names';
import { nameAbove } from '../../publication/names/version-names';
import type { Candidate, ChosenSet } from '../../publication/offers/chosen-set';
import { highest } from '../../publication/state/highest';
import type { Ledger, LedgerRow } from '../../publication/state/ledger';
import { newRow, withResults } from '../../publication/state/ledger';
import { contentDigest, productKey } from '../../publication/state/product-key';
import { fieldsOf } from '../../publication/state/shelf';
import type { ViewContent } from '../../publication/state/view-content';
import { newestVersion } from '../../simplestreams/merge';
import type { Products, Version } from '../../simplestreams/types';
import { byBytes, sortsAbove } from '../../simplestreams/version-order';
import { productsIn } from '../plans/chosen-products';
import { type Offer, offering } from '../plans/moved';
import { newestContent, type Promoting } from './promotion-sets';

/** A version that a promotion offers in its target. */
export interface Promoted extends Offer {
  readonly key: string;
  /** Its name in the source. */
  readonly was: string;
  /** The newest name of the product in the target until now. @default - the target does not offer the product */
  readonly before?: string;
  /** What is remembered of the product in the target, with the results of checks. */
  readonly row: LedgerRow;
}

type Views = Pick<Promoting, 'from' | 'to' | 'wanted'>;

/**
 * What the target does not have yet of a chosen set, with the names that it gets there. Versions that have one name in the
 * source get one name in the target, so that they can be taken back together.
 */
export function promotedVersions(set: ChosenSet, views: Views, placeOf: PlaceOf, at: Date): Promoted[] {
  const news = set.taken
    .map((candidate) => ({ candidate, place: placeOf(candidate) }))
    .filter(({ candidate, place }) => place.content !== contentDigest(candidate.version));
  const names = namesFor(news, views.to, at);
  return news.map(({ candidate, place }): Promoted => {
    const name = names.get(candidate.name) ?? candidate.name;
    const content = contentDigest(candidate.version);
    const { key, id, contentId, before, results, row = newRow(name) } = place;
    return {
      ...{ key, id, contentId, name, was: candidate.name, ...(before !== undefined && { before }) },
      fields: fieldsOf(relabelledProduct(candidate.product, views.to.view)),
      version: versionFrom(candidate, views),
      row: withResults(row, content, results?.attested[content] ?? []),
    };
  });
}

/** Where a product of the source is, or comes, in the target. */
interface Place extends Pick<Promoted, 'key' | 'id' | 'contentId' | 'before'> {
  /** Of the newest version. */
  readonly content?: string | undefined;
  readonly row?: LedgerRow | undefined;
  /** What the source remembers of the product. */
  readonly results?: LedgerRow | undefined;
}
export type PlaceOf = (candidate: Pick<Candidate, 'product'>) => Place;

/** Finds the places of products in the target: under the ids that it has for them, or the source's as of another view. */
export function placesIn({ from, to }: Pick<Views, 'from' | 'to'>): PlaceOf {
  const [sources, targets] = [from, to].map((view) => new Map(productsIn(view).map((one) => [one.key, one])));
  const [there, here] = [documentsOf(from), documentsOf(to)];
  const label = labelOf(from);
  return ({ product }) => {
    const key = productKey(product);
    const [{ id: sourceId = '' } = {}, target] = [sources?.get(key), targets?.get(key)];
    const id = target?.id ?? relabelledId(sourceId, label, to.view);
    const before = target && newestVersion(target.product);
    return {
      ...{ key, id, ...(before !== undefined && { before }) },
      contentId:
        here.get(id) ?? target?.shelved?.content_id ?? relabelledContentId(there.get(sourceId) ?? '', label, to.view),
      content: newestContent(target?.product),
      row: to.ledger.products[id],
      results: from.ledger.products[sourceId],
    };
  };
}

/** The target's documents with these versions, under the fields that their products have in the source now. */
export function promotedDocuments(
  { documents }: ViewContent,
  promoted: readonly Promoted[],
  at: Date,
): ViewContent['documents'] {
  const fields = new Map(promoted.map((one) => [one.id, one.fields]));
  const offered = [...offering(documents, promoted, at)].map(([contentId, document]): [string, Products] => {
    return [contentId, document === documents.get(contentId) ? document : withFields(document, fields)];
  });
  return new Map(offered);
}

export function promotedLedger(ledger: Ledger, promoted: readonly Promoted[]): Ledger {
  const rows = promoted.map(({ id, row }) => [id, row] as const);
  return { ...ledger, products: { ...ledger.products, ...Object.fromEntries(rows) } };
}

function withFields(document: Products, fields: ReadonlyMap<string, Offer['fields']>): Products {
  const products = Object.entries(document.products).map(([id, product]) => {
    const now = fields.get(id);
    return [id, now === undefined ? product : { ...now, versions: product.versions }] as const;
  });
  return { ...document, products: Object.fromEntries(products) };
}

/** The very version, with where it was built, and why it need not have booted. */
function versionFrom({ product, name, version }: Candidate, { from, wanted: { waived } }: Views): Version {
  const isUntested = version.gate !== 'passed' && product['bootloader-type'] === undefined;
  const origin = version.origin ?? `${labelOf(from)}/${name}`;
  return { ...version, origin, ...(isUntested && waived !== undefined && { waived }) };
}

type News = readonly { readonly candidate: Candidate; readonly place: Place }[];

/** The names in the target, by those in the source: their own where they sort above all that the products ever had there. */
function namesFor(news: News, to: ViewContent, at: Date): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  let last: string | undefined;
  for (const name of [...new Set(news.map(({ candidate }) => candidate.name))].sort(byBytes)) {
    const ids = news.filter(({ candidate }) => candidate.name === name).map(({ place }) => place.id);
    const top = highest([topAmong(ids, to), last].filter((one) => one !== undefined));
    last = top === undefined || sortsAbove(name, top) ? name : nameAbove(top, at);
    names.set(name, last);
  }
  return names;
}

/** Content ids by product id. */
function documentsOf({ documents }: ViewContent): Map<string, string> {
  const ids = [...documents].flatMap(([contentId, { products }]) => {
    return Object.keys(products).map((id) => [id, contentId] as const);
  });
  return new Map(ids);
}
