import { isFrozenName } from '../../job/layout';
import type { Remark } from '../../job/operations/outcome';
import { ineligible } from '../../publication/offers/eligible';
import { offerGroups } from '../../publication/offers/offer-groups';
import { contentDigest, productKey } from '../../publication/state/product-key';
import type { ViewContent } from '../../publication/state/view-content';
import type { ViewState } from '../../publication/state/view-state';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { type Match, WithdrawnIndex } from '../../publication/state/withdrawals';
import { newestVersion } from '../../simplestreams/merge';
import type { Version } from '../../simplestreams/types';
import { wayBack } from './back/way-back';
import { type ChosenProduct, productsIn, releaseOf } from './chosen-products';
import { namesOf } from './chosen-versions';

/** What a mark matches in the documents of one view. It is small: the view need not stay in memory. */
export interface Matched {
  readonly view: string;
  /** Of all its products. */
  readonly keys: ReadonlySet<string>;
  readonly found: readonly Found[];
  /** The keys of its products that have nothing to go back to. @default - none whose newest version it matches */
  readonly stuck: ReadonlySet<string>;
  /**
   * By the keys of what it offers of the mark's release: the checks that the newest version has passed; undefined if no
   * promotion would take that one.
   */
  readonly offers: ReadonlyMap<string, readonly string[] | undefined>;
}

export interface Found {
  /** Its key. */
  readonly product: string;
  readonly release: string;
  readonly version: string;
  readonly by: Match['by'];
  /** Whether it is the newest version of the product. */
  readonly isNewest: boolean;
  /** The view where it was built. @default - not known to be another one */
  readonly from?: string;
}

/** @param withdrawn the withdrawals of all views, to none of which a rollback goes back */
export function matchedIn(mark: Withdrawal, content: ViewContent, withdrawn: readonly Withdrawal[]): Matched {
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
  const stuck = found.some(({ isNewest }) => isNewest) ? stuckIn(content, mark, all) : [];
  return { view, keys, found, stuck: new Set(stuck), offers: offersOf(content, mark, all) };
}

function builtIn(version: Version | undefined): string | undefined {
  const origin = version?.origin;
  return typeof origin === 'string' ? origin.slice(0, origin.lastIndexOf('/')) : undefined;
}

function offersOf(content: ViewContent, { release }: Withdrawal, index: WithdrawnIndex): Matched['offers'] {
  const offered = productsIn(content).flatMap(({ id, key, product }) => {
    const name = newestVersion(product);
    const version = name === undefined ? undefined : product.versions[name];
    if (name === undefined || version === undefined || releaseOf(product) !== release) return [];
    const row = content.ledger.products[id];
    const checks = (row?.attested[contentDigest(version)] ?? []).filter(({ passed }) => passed);
    const isTaken = ineligible(product, name, version, row, index, { at: new Date(0), require: [] }) === undefined;
    return [[key, isTaken ? checks.map(({ check }) => check) : undefined] as const];
  });
  return new Map(offered);
}

/** The keys of products without any version that is not withdrawn, nor have those one that must have one root with them. */
function stuckIn(content: ViewContent, mark: Withdrawal, index: WithdrawnIndex): string[] {
  const all = productsIn(content);
  const groups = mark.flavours.length > 0 ? all.map((one) => [one]) : offerGroups(all);
  const isStuck = ({ product }: ChosenProduct) =>
    Object.entries(product.versions).every(([name, version]) => index.of(product, name, version) !== undefined);
  return groups.filter((group) => group.every(isStuck)).flatMap((group) => group.map(({ key }) => key));
}

/**
 * What a mark matches in all views, except what it names; and where that is still offered as newest.
 * @param states of all views
 */
export function matchRemarks(
  mark: Withdrawal,
  matched: readonly Matched[],
  states: ReadonlyMap<string, ViewState>,
): Remark[] {
  const scope = { architectures: mark.architectures, flavours: mark.flavours };
  const mirror = { views: new Map(matched.map((one) => [one.view, one])), states, scope };
  return matched.flatMap(({ view, found }) =>
    found.flatMap(({ product, release, version, by, isNewest, from: origin }): Remark[] => {
      const where = { view, product, version };
      if (isNewest && isFrozenName(view)) return [{ about: 'still offered', ...where }];
      const from = origin === undefined ? {} : { from: origin };
      if (isNewest) {
        return [{ about: 'still offered', ...where, ...wayBack(view, { product, release, ...from }, mirror) }];
      }
      return by === 'name' || isNamed(mark, view, version) ? [] : [{ about: 'matched', ...where, why: by }];
    }),
  );
}

function isNamed({ view, version }: Withdrawal, other: string, name: string): boolean {
  return view === other && version === name;
}
