import { ineligible } from '../../../publication/offers/eligible';
import { offerGroups } from '../../../publication/offers/offer-groups';
import { contentDigest, productKey } from '../../../publication/state/product-key';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../../publication/state/withdrawals';
import { newestVersion } from '../../../simplestreams/merge';
import type { Version } from '../../../simplestreams/types';
import { type ChosenProduct, productsIn, releaseOf } from '../chosen-products';
import { namesOf } from '../chosen-versions';
import type { Found, Matched } from '../matched';
import { acceptedRollbacks } from './accepted-rollbacks';

/** @param withdrawn the withdrawals of all views, to none of which a rollback goes back */
export function matchedIn(mark: Withdrawal, content: ViewContent, withdrawn: readonly Withdrawal[], at: Date): Matched {
  const { view, documents } = content;
  const index = new WithdrawnIndex(view, [mark]);
  const products = [...documents.values()].flatMap((document) => Object.values(document.products));
  const found = products.flatMap((product) => {
    const newest = newestVersion(product);
    return namesOf(product).flatMap((name): Found[] => {
      const version = product.versions[name];
      const match = version === undefined ? undefined : index.of(product, name, version);
      if (match === undefined) return [];
      const what = { product: productKey(product), release: releaseOf(product), version: name };
      const from = builtIn(version);
      return [{ ...what, by: match.by, isNewest: name === newest, ...(from !== undefined && { from }) }];
    });
  });
  const keys = new Set(productsIn(content).map(({ key }) => key));
  const all = new WithdrawnIndex(view, [mark, ...content.state.withdrawals, ...withdrawn]);
  const newest = new Set(found.flatMap(({ isNewest, product }) => (isNewest ? [product] : [])));
  const stuck = newest.size > 0 ? stuckIn(content, mark, all) : [];
  const rollbacks = acceptedRollbacks(content, mark, newest, withdrawn, at);
  return { view, keys, found, rollbacks, stuck: new Set(stuck), ...offersOf(content, mark, all) };
}

function builtIn(version: Version | undefined): string | undefined {
  const origin = version?.origin;
  return typeof origin === 'string' ? origin.slice(0, origin.lastIndexOf('/')) : undefined;
}

/** What a promotion from the view could take of the mark's release, and what none into it would. */
function offersOf(
  content: ViewContent,
  { release }: Withdrawal,
  index: WithdrawnIndex,
): Pick<Matched, 'offers' | 'failed'> {
  const products = productsIn(content).filter(({ product }) => releaseOf(product) === release);
  const offers = products.flatMap(({ id, key, product }) => {
    const name = newestVersion(product);
    const version = name === undefined ? undefined : product.versions[name];
    if (name === undefined || version === undefined) return [];
    const digest = contentDigest(version);
    const row = content.ledger.products[id];
    const passed = (row?.attested[digest] ?? []).filter((one) => one.passed).map(({ check }) => check);
    const isTaken = ineligible(product, name, version, row, index, { at: new Date(0), require: [] }) === undefined;
    return [[key, isTaken ? { content: digest, passed } : undefined] as const];
  });
  const failed = products.flatMap(({ id }) =>
    Object.entries(content.ledger.products[id]?.attested ?? {}).flatMap(([digest, results]) =>
      results.some(({ passed }) => !passed) ? [digest] : [],
    ),
  );
  return { offers: new Map(offers), failed: new Set(failed) };
}

/** The keys of products without any version that is not withdrawn, nor have those one that must have one root with them. */
function stuckIn(content: ViewContent, mark: Withdrawal, index: WithdrawnIndex): string[] {
  const all = productsIn(content);
  const groups = mark.flavours.length > 0 ? all.map((one) => [one]) : offerGroups(all);
  const isStuck = ({ product }: ChosenProduct) =>
    Object.entries(product.versions).every(([name, version]) => index.of(product, name, version) !== undefined);
  return groups.filter((group) => group.every(isStuck)).flatMap((group) => group.map(({ key }) => key));
}
