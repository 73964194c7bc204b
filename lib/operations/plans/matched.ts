import { isFrozenName } from '../../job/layout';
import { commandLine } from '../../job/operations/commands';
import type { Remark } from '../../job/operations/outcome';
import { productKey } from '../../publication/state/product-key';
import type { ViewContent } from '../../publication/state/view-content';
import type { ViewState } from '../../publication/state/view-state';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { type Match, WithdrawnIndex } from '../../publication/state/withdrawals';
import { newestVersion } from '../../simplestreams/merge';
import { productsIn, releaseOf } from './chosen-products';
import { namesOf } from './chosen-versions';

/** What a mark matches in the documents of one view. It is small: the view need not stay in memory. */
export interface Matched {
  readonly view: string;
  /** Of all its products. */
  readonly keys: ReadonlySet<string>;
  readonly found: readonly Found[];
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

export function matchedIn(mark: Withdrawal, content: ViewContent): Matched {
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
  return { view, keys: new Set(productsIn(content).map(({ key }) => key)), found };
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
  const keys = new Map(matched.map((one) => [one.view, one.keys]));
  const scope = { architectures: mark.architectures, flavours: mark.flavours };
  return matched.flatMap(({ view, found }) =>
    found.flatMap(({ product, release, version, by, isNewest }): Remark[] => {
      const where = { view, product, version };
      if (isNewest && isFrozenName(view)) return [{ about: 'still offered', ...where }];
      if (isNewest) {
        const commands = backThere(view, { product, release }, { keys, states, scope });
        return [{ about: 'still offered', ...where, commands }];
      }
      return by === 'name' || isNamed(mark, view, version) ? [] : [{ about: 'matched', ...where, why: by }];
    }),
  );
}

interface Mirror {
  /** The keys of all products, by view. */
  readonly keys: ReadonlyMap<string, ReadonlySet<string>>;
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
  if (kind !== 'selected') return [commandLine(['rollback', view, what.release], mirror.scope)];
  const commands = (source?.select ?? []).flatMap(({ from }) => {
    if (mirror.keys.get(from)?.has(what.product) !== true || seen.includes(from)) return [];
    return isFrozenName(from)
      ? [`maas-mirror view set ${view} --from VIEW`]
      : backThere(from, what, mirror, [...seen, view]);
  });
  return [...new Set(commands)];
}

function isNamed({ view, version }: Withdrawal, other: string, name: string): boolean {
  return view === other && version === name;
}
