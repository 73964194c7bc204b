import { isFrozenName } from '../../job/layout';
import { commandLine } from '../../job/operations/commands';
import type { Remark } from '../../job/operations/outcome';
import { partOf } from '../../publication/derived/selected-products';
import { heldBy } from '../../publication/state/holds';
import { fieldsOfKey } from '../../publication/state/product-key';
import type { ViewState } from '../../publication/state/view-state';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { releaseOf } from './chosen-products';
import type { Found, Matched } from './matched';

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
  const views = new Map(matched.map((one) => [one.view, { ...one, ...foundIn(one) }]));
  const mirror = { views, states, scope, instead: new Map<string, WayBack>() };
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

/** How a view stops offering a version. */
interface WayBack {
  /** None would be refused. Empty: there is none by now. */
  readonly commands: readonly string[];
  /** Why not by going back, and what else. @default - by going back */
  readonly why?: string;
}

/** What is looked up for each product of a view. */
interface FoundIn {
  /** Found as the newest version, by product. */
  readonly newest: ReadonlyMap<string, Found>;
  /** Releases with products that have nothing to go back to. */
  readonly stuckReleases: ReadonlySet<string>;
}

function foundIn({ found, stuck }: Matched): FoundIn {
  return {
    newest: new Map(found.flatMap((one) => (one.isNewest ? [[one.product, one] as const] : []))),
    stuckReleases: new Set(found.flatMap(({ product, release }) => (stuck.has(product) ? [release] : []))),
  };
}

interface MatchedMirror {
  /** By name. */
  readonly views: ReadonlyMap<string, Matched & FoundIn>;
  readonly states: ReadonlyMap<string, ViewState>;
  /** Of the mark. */
  readonly scope: Pick<Withdrawal, 'architectures' | 'flavours'>;
  /** What {@link insteadOf} has said: it is the same for all products of an architecture. */
  readonly instead: Map<string, WayBack>;
}

type What = Pick<Found, 'product' | 'release' | 'from'>;

/** Where the view has it from: a selected view follows its sources, and is pointed away from a snapshot. */
function wayBack(view: string, what: What, mirror: MatchedMirror, seen: readonly string[] = []): WayBack {
  const { kind, source } = mirror.states.get(view) ?? {};
  if (kind !== 'selected') return wayOf(view, what, mirror);
  const from = partOf(source?.select ?? [], fieldsOfKey(what.product))?.from;
  const there = from === undefined ? undefined : mirror.views.get(from);
  if (from === undefined || seen.includes(from) || there?.keys.has(what.product) !== true) return { commands: [] };
  const same = there.newest.get(what.product);
  return isFrozenName(from)
    ? { commands: [`maas-mirror view set ${view} --from VIEW`] }
    : wayBack(from, same ?? what, mirror, [...seen, view]);
}

/** What has nothing to go back to stops a rollback of the others, unless they are named. */
function wayOf(view: string, what: What, mirror: MatchedMirror): WayBack {
  const { product, release } = what;
  const { stuckReleases, stuck } = mirror.views.get(view) ?? {};
  if (isFrozenName(view)) return { commands: [] };
  if (stuck?.has(product)) return knownInstead(view, what, mirror);
  const scope = stuckReleases?.has(release) ? { ...mirror.scope, architectures: [archOf(product)] } : mirror.scope;
  return { commands: [commandLine(['rollback', view, release], scope)] };
}

const nothingBefore = 'there is nothing before it to go back to';

function knownInstead(view: string, what: What, mirror: MatchedMirror): WayBack {
  const { product, release, from = '' } = what;
  const key = [view, release, archOf(product), from].join(' ');
  const way = mirror.instead.get(key) ?? insteadOf(view, what, mirror);
  mirror.instead.set(key, way);
  return way;
}

/** Where there is nothing to go back to: a promotion of what its source offers by now, if that would be taken. */
function insteadOf(view: string, { product, release, from: origin }: What, mirror: MatchedMirror): WayBack {
  const { views, states } = mirror;
  const { offers = new Map(), stuck = new Set<string>() } = views.get(view) ?? {};
  const { kind, source, holds = [] } = states.get(view) ?? {};
  const from = source?.promote?.from ?? origin;
  if (kind !== 'promoted' || from === undefined || from === view || !views.has(from))
    return { commands: [], why: `${nothingBefore}; publish a good one` };
  const ofRelease = [...offers.keys()].filter((key) => releaseOf(fieldsOfKey(key)) === release);
  const isWhole = ofRelease.every((key) => stuck.has(key));
  const moved = isWhole ? ofRelease : ofRelease.filter((key) => archOf(key) === archOf(product));
  if (moved.some((key) => heldBy({ holds }, fieldsOfKey(key)) !== undefined))
    return { commands: [], why: `${nothingBefore}, and ${release} is held there: unhold it, and promote a good one` };
  const { after, require = [] } = source?.promote ?? {};
  const isTaken = (key: string) => {
    const passed = views.get(from)?.offers.get(key);
    return passed !== undefined && require.every((check) => passed.includes(check));
  };
  // With an age, nothing is taken that is older than what the view has.
  if (after !== undefined || !moved.every(isTaken))
    return { commands: [], why: `${nothingBefore}; once ${from} offers a newer good one, promote it` };
  const scope = isWhole ? {} : { architectures: [archOf(product)] };
  const commands = [commandLine(['promote', from, view, release], scope)];
  return { commands, why: `${nothingBefore}; instead, promote what ${from} offers` };
}

const archOf = (key: string) => fieldsOfKey(key).arch ?? '';
