import { isFrozenName } from '../../../job/layout';
import type { Remark } from '../../../job/operations/outcome';
import { partOf } from '../../../publication/derived/selected-products';
import { elsewhere } from '../../../publication/gate/refusal';
import { fieldsOfKey } from '../../../publication/state/product-key';
import type { ViewState } from '../../../publication/state/view-state';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import type { Found, Matched } from '../matched';
import { heldThere, type MatchedMirror, unholdCommand, type WayBack, type What } from './matched-mirror';
import { knownInstead } from './promoted-instead';

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

/** What was found as the newest version, by product. */
const newestOf = ({ found }: Matched): ReadonlyMap<string, Found> =>
  new Map(found.flatMap((one) => (one.isNewest ? [[one.product, one] as const] : [])));

/**
 * Where the view has it from: a selected view follows its sources, and is pointed away from one that does not change, or does not
 * exist. One that holds it follows once that is lifted.
 */
function wayBack(view: string, what: What, mirror: MatchedMirror, seen: readonly string[] = []): WayBack {
  const state = mirror.states.get(view);
  if (state?.kind !== 'selected') return wayOf(view, what, mirror);
  const from = partOf(state.source?.select ?? [], fieldsOfKey(what.product))?.from;
  const there = from === undefined ? undefined : mirror.views.get(from);
  const same = there?.newest.get(what.product);
  const way = (): WayBack => {
    if (from === undefined) return { commands: ['maas-mirror repair'], why: 'it does not select it any more' };
    const why = notFollowed(from, there, seen, mirror);
    if (why !== undefined) return pointedAway(view, from, why, what, mirror);
    if (there === undefined) return { commands: [], why: `${from}, which it follows, cannot be read` };
    if (same === undefined)
      return { commands: ['maas-mirror repair'], why: `${from}, which it follows, does not any more` };
    return wayBack(from, same, mirror, [...seen, view]);
  };
  const unhold = unholdCommand(view, what.release, [what.product], state.holds);
  if (unhold === undefined) return way();
  return same === undefined ? { commands: [unhold], why: heldThere(what) } : thenUnheld(way(), unhold, what);
}

/** Why a view will not get anything else from its source. */
function notFollowed(
  from: string,
  there: Matched | undefined,
  seen: readonly string[],
  { states }: MatchedMirror,
): string | undefined {
  if (seen.includes(from)) return `it is made from itself, through ${from}`;
  if (isFrozenName(from) && there !== undefined) return `${from}, which it follows, never changes`;
  return there === undefined && !states.has(from) ? `${from}, which it follows, does not exist` : undefined;
}

/** To a view that offers a good one; without one, nothing can be typed yet. */
function pointedAway(
  view: string,
  from: string,
  why: string,
  { product }: What,
  { views, states }: MatchedMirror,
): WayBack {
  const state = states.get(view);
  const isMadeFrom = (one: string, seen: readonly string[] = []): boolean => {
    if (one === view) return true;
    const { promote, select = [] } = states.get(one)?.source ?? {};
    const sources = [...(promote ? [promote.from] : []), ...select.map((part) => part.from)];
    return sources.some((other) => !seen.includes(other) && isMadeFrom(other, [...seen, one]));
  };
  const good = [...views.keys()].find((other) => {
    const isOpen = !isFrozenName(other) && states.get(other)?.kind !== 'selected' && !isMadeFrom(other);
    return isOpen && views.get(other)?.offers.get(product) !== undefined;
  });
  if (good === undefined || state === undefined)
    return { commands: [], why: `${why}; point it to a view that offers a good one (view set ${view})` };
  const command = elsewhere(view, state, [from], good);
  // A selection that only mirror.yaml can say would lose its other parts.
  if (command.endsWith(' VIEW'))
    return { commands: [], why: `${why}; change its \`select:\` in mirror.yaml, such as to ${good}` };
  return { commands: [command], why: `${why}; point it elsewhere, such as to ${good}` };
}

/** What the source goes on offering comes back after the hold, so that goes back first. */
function thenUnheld({ commands, why }: WayBack, unhold: string, what: What): WayBack {
  const said = why === undefined ? heldThere(what) : `${why}; then unhold ${what.release}`;
  return { commands: commands.length === 0 ? [] : [...commands, unhold], why: said };
}

/** By a rollback that is not refused; where there is nothing to go back to, by a promotion. */
function wayOf(view: string, what: What, mirror: MatchedMirror): WayBack {
  const { product } = what;
  const { rollbacks = new Map<string, readonly string[]>(), stuck = new Set<string>() } = mirror.views.get(view) ?? {};
  const commands = rollbacks.get(product);
  if (isFrozenName(view)) return { commands: [] };
  if (commands !== undefined) return isUnheld(commands) ? { commands, why: heldThere(what) } : { commands };
  return stuck.has(product) ? knownInstead(view, what, mirror) : { commands: [], why: unaccepted };
}

const isUnheld = ([first = '']: readonly string[]) => first.startsWith('maas-mirror unhold ');

const unaccepted = 'no rollback of it would be accepted there; publish a good one';
