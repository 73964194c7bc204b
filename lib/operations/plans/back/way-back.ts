import { isFrozenName } from '../../../job/layout';
import { commandLine } from '../../../job/operations/commands';
import type { Remark } from '../../../job/operations/outcome';
import { partOf } from '../../../publication/derived/selected-products';
import { type Hold, heldBy } from '../../../publication/state/holds';
import { fieldsOfKey } from '../../../publication/state/product-key';
import type { ViewState } from '../../../publication/state/view-state';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import { releaseOf } from '../chosen-products';
import type { Found, Matched } from '../matched';

/**
 * What a mark matches in all views, except what it names; and where that is still offered as newest.
 * @param states of all views
 */
export function matchRemarks(
  mark: Withdrawal,
  matched: readonly Matched[],
  states: ReadonlyMap<string, ViewState>,
): Remark[] {
  const views = new Map(matched.map((one) => [one.view, { ...one, newest: newestOf(one) }]));
  const mirror = { views, states, instead: new Map<string, WayBack>() };
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

/** What was found as the newest version, by product. */
const newestOf = ({ found }: Matched): ReadonlyMap<string, Found> =>
  new Map(found.flatMap((one) => (one.isNewest ? [[one.product, one] as const] : [])));

interface MatchedMirror {
  /** By name. */
  readonly views: ReadonlyMap<string, Matched & { readonly newest: ReadonlyMap<string, Found> }>;
  readonly states: ReadonlyMap<string, ViewState>;
  /** What {@link insteadOf} has said: it is the same for all products of an architecture. */
  readonly instead: Map<string, WayBack>;
}

type What = Pick<Found, 'product' | 'release' | 'from'>;

/**
 * Where the view has it from: a selected view follows its sources, and is pointed away from a snapshot. One that holds it
 * follows once that is lifted.
 */
function wayBack(view: string, what: What, mirror: MatchedMirror, seen: readonly string[] = []): WayBack {
  const { kind, source, holds = [] } = mirror.states.get(view) ?? {};
  if (kind !== 'selected') return wayOf(view, what, mirror);
  const from = partOf(source?.select ?? [], fieldsOfKey(what.product))?.from;
  const there = from === undefined ? undefined : mirror.views.get(from);
  const same = there?.newest.get(what.product);
  const way = (): WayBack => {
    if (from === undefined || seen.includes(from) || there?.keys.has(what.product) !== true) return { commands: [] };
    if (isFrozenName(from)) return { commands: [`maas-mirror view set ${view} --from VIEW`] };
    if (same === undefined)
      return { commands: ['maas-mirror repair'], why: `${from}, which it follows, does not any more` };
    return wayBack(from, same, mirror, [...seen, view]);
  };
  const unhold = unholding(view, what, holds);
  if (unhold === undefined) return way();
  return same === undefined ? { commands: [unhold], why: heldThere(what) } : thenUnheld(way(), unhold, what);
}

/** Nothing if the product is not held. */
function unholding(view: string, { product, release }: What, all: readonly Hold[]): string | undefined {
  const [hold, ...others] = all.filter((one) => heldBy({ holds: [one] }, fieldsOfKey(product)) !== undefined);
  if (hold === undefined) return undefined;
  return commandLine(['unhold', view, release], others.length === 0 ? hold : {});
}

/** What the source goes on offering comes back after the hold, so that goes back first. */
function thenUnheld({ commands, why }: WayBack, unhold: string, what: What): WayBack {
  const said = why === undefined ? heldThere(what) : `${why}; then unhold ${what.release}`;
  return { commands: commands.length === 0 ? [] : [...commands, unhold], why: said };
}

const heldThere = ({ release }: What) => `${release} is held there`;

/** By a rollback that is not refused; where there is nothing to go back to, by a promotion. */
function wayOf(view: string, what: What, mirror: MatchedMirror): WayBack {
  const { product, release } = what;
  const { rollbacks = new Map(), stuck = new Set<string>() } = mirror.views.get(view) ?? {};
  const rollback = rollbacks.get(product);
  if (isFrozenName(view)) return { commands: [] };
  if (rollback !== undefined) return { commands: [rollback] };
  if (stuck.has(product)) return knownInstead(view, what, mirror);
  const { holds = [] } = mirror.states.get(view) ?? {};
  const isHeld = heldBy({ holds }, fieldsOfKey(product)) !== undefined;
  return { commands: [], why: isHeld ? `${release} is held there; unhold it, and roll it back` : unaccepted };
}

const unaccepted = 'no rollback of it would be accepted there; publish a good one';

const nothingBefore = 'there is nothing before it to go back to';

function knownInstead(view: string, what: What, mirror: MatchedMirror): WayBack {
  const { product, release, from = '' } = what;
  const key = [view, release, archOf(product), from, isBetween(view, product, mirror)].join(' ');
  const way = mirror.instead.get(key) ?? insteadOf(view, what, mirror);
  mirror.instead.set(key, way);
  return way;
}

/** Where there is nothing to go back to: a promotion of what its source offers by now, if that would be taken. */
function insteadOf(view: string, { product, release, from: origin }: What, mirror: MatchedMirror): WayBack {
  const { views, states } = mirror;
  const {
    offers = new Map<string, unknown>(),
    stuck = new Set<string>(),
    failed = new Set<string>(),
  } = views.get(view) ?? {};
  const { kind, source, holds = [] } = states.get(view) ?? {};
  if (kind !== 'promoted') return { commands: [], why: `${nothingBefore}; publish a good one` };
  const from = source?.promote?.from ?? (isBetween(view, product, mirror) ? undefined : origin);
  if (from === undefined || from === view || !views.has(from))
    return { commands: [], why: `${nothingBefore}; promote a good one` };
  const ofRelease = [...offers.keys()].filter((key) => releaseOf(fieldsOfKey(key)) === release);
  const isWhole = ofRelease.every((key) => stuck.has(key));
  const moved = isWhole ? ofRelease : ofRelease.filter((key) => archOf(key) === archOf(product));
  if (moved.some((key) => heldBy({ holds }, fieldsOfKey(key)) !== undefined))
    return { commands: [], why: `${nothingBefore}, and ${release} is held there: unhold it, and promote a good one` };
  const { after, require = [] } = source?.promote ?? {};
  const isTaken = (key: string) => {
    const offered = views.get(from)?.offers.get(key);
    const isFit = offered !== undefined && require.every((check) => offered.passed.includes(check));
    return isFit && !failed.has(offered.content);
  };
  // With an age, nothing is taken that is older than what the view has.
  if (after !== undefined || !moved.every(isTaken))
    return { commands: [], why: `${nothingBefore}; once ${from} offers a newer good one, promote it` };
  const scope = isWhole ? {} : { architectures: [archOf(product)] };
  const commands = [commandLine(['promote', from, view, release], scope)];
  return { commands, why: `${nothingBefore}; instead, promote what ${from} offers` };
}

/** Whether a view that is filled by hand may be filled from another promoted one, which a promotion must not pass by. */
function isBetween(view: string, product: string, { views, states }: MatchedMirror): boolean {
  return [...views].some(([name, { keys }]) => {
    return name !== view && states.get(name)?.kind === 'promoted' && keys.has(product);
  });
}

const archOf = (key: string) => fieldsOfKey(key).arch ?? '';
