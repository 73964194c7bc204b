import { isFrozenName } from '../../job/layout';
import { commandLine } from '../../job/operations/commands';
import type { Remark } from '../../job/operations/outcome';
import { offerGroups } from '../../publication/offers/offer-groups';
import { fieldsOfKey, productKey } from '../../publication/state/product-key';
import type { ViewContent } from '../../publication/state/view-content';
import type { ViewState } from '../../publication/state/view-state';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { type Match, WithdrawnIndex } from '../../publication/state/withdrawals';
import { newestVersion } from '../../simplestreams/merge';
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
}

interface Found {
  /** Its key. */
  readonly product: string;
  readonly release: string;
  readonly version: string;
  readonly by: Match['by'];
  /** Whether it is the newest version of the product. */
  readonly isNewest: boolean;
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
      return [{ ...what, by: match.by, isNewest: name === newest }];
    });
  });
  const keys = new Set(productsIn(content).map(({ key }) => key));
  const stuck = found.some(({ isNewest }) => isNewest) ? stuckIn(content, mark, withdrawn) : [];
  return { view, keys, found, stuck: new Set(stuck) };
}

/** The keys of products without any version that is not withdrawn, nor have those one that must have one root with them. */
function stuckIn(content: ViewContent, mark: Withdrawal, withdrawn: readonly Withdrawal[]): string[] {
  const index = new WithdrawnIndex(content.view, [mark, ...content.state.withdrawals, ...withdrawn]);
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
  const views = new Map(matched.map((one) => [one.view, one]));
  const scope = { architectures: mark.architectures, flavours: mark.flavours };
  return matched.flatMap(({ view, found }) =>
    found.flatMap(({ product, release, version, by, isNewest }): Remark[] => {
      const where = { view, product, version };
      if (isNewest && isFrozenName(view)) return [{ about: 'still offered', ...where }];
      if (isNewest) {
        const commands = backThere(view, { product, release }, { views, states, scope });
        const isStuck = commands.length === 0 && matched.some(({ stuck }) => stuck.has(product));
        return [{ about: 'still offered', ...where, commands, ...(isStuck && { why: nothingBefore }) }];
      }
      return by === 'name' || isNamed(mark, view, version) ? [] : [{ about: 'matched', ...where, why: by }];
    }),
  );
}

const nothingBefore = 'there is nothing before it to go back to';

interface Mirror {
  /** By name. */
  readonly views: ReadonlyMap<string, Matched>;
  readonly states: ReadonlyMap<string, ViewState>;
  /** Of the mark. */
  readonly scope: Pick<Withdrawal, 'architectures' | 'flavours'>;
}

/** Takes it back where the view has it from: a selected view follows its sources, and is pointed away from a snapshot. */
function backThere(
  view: string,
  what: Pick<Found, 'product' | 'release'>,
  mirror: Mirror,
  seen: readonly string[] = [],
): string[] {
  const { kind, source } = mirror.states.get(view) ?? {};
  if (kind !== 'selected') return rollbackOf(view, what, mirror);
  const commands = (source?.select ?? []).flatMap(({ from }) => {
    if (mirror.views.get(from)?.keys.has(what.product) !== true || seen.includes(from)) return [];
    return isFrozenName(from)
      ? [`maas-mirror view set ${view} --from VIEW`]
      : backThere(from, what, mirror, [...seen, view]);
  });
  return [...new Set(commands)];
}

/** Nothing where it would be refused: what has nothing to go back to stops the others, unless they are named. */
function rollbackOf(
  view: string,
  { product, release }: Pick<Found, 'product' | 'release'>,
  { views, scope }: Mirror,
): string[] {
  const { found = [], stuck = new Set<string>() } = views.get(view) ?? {};
  if (stuck.has(product) || isFrozenName(view)) return [];
  const isAlone = found.some((one) => one.release === release && stuck.has(one.product));
  const { arch = '' } = fieldsOfKey(product);
  return [commandLine(['rollback', view, release], isAlone ? { ...scope, architectures: [arch] } : scope)];
}

function isNamed({ view, version }: Withdrawal, other: string, name: string): boolean {
  return view === other && version === name;
}
