import { MirrorError } from '../../errors';
import { mostLevels, sourcesOf } from '../../publication/derived/followers';
import type { ViewState } from '../../publication/state/view-state';
import { type MirrorContent, statesIn } from '../plans/planned';

/**
 * Refuses sources by which views would be made from each other, or selected views be stacked too high.
 * @param sources that the view is to have
 * @throws BadInput (misuse)
 */
export function refuseCircle(name: string, sources: readonly string[], mirror: MirrorContent): void {
  const circle = circleFrom(name, sources, statesIn(mirror));
  if (circle !== undefined) throw circle;
}

/** The error of a view that is made from itself, through others. */
export function circleThrough(name: string, states: States): MirrorError | undefined {
  const state = states.get(name);
  return state && circleFrom(name, madeFrom(state), states);
}

function circleFrom(name: string, sources: readonly string[], states: States): MirrorError | undefined {
  const circle = sources.map((from) => wayTo(name, from, states, [name])).find((way) => way !== undefined);
  if (circle === undefined) return undefined;
  return new MirrorError('BadInput', `views cannot be made from each other: ${circle.join(' <- ')}`, {
    hint: `choose a source that is not made from ${name}`,
    misuse: true,
  });
}

/** Refuses a selected view that would be above or below too many others. @throws BadInput (misuse) */
export function refuseTower(name: string, sources: readonly string[], mirror: MirrorContent): void {
  const states = statesIn(mirror);
  const above = 1 + Math.max(0, ...sources.map((from) => levelsAbove(from, states)));
  const most = above + levelsBelow(name, states);
  if (most <= mostLevels) return;
  throw new MirrorError('BadInput', `${most} views would follow one another, of which ${mostLevels} may`, {
    hint: `let ${name} follow a view that is not itself selected`,
    misuse: true,
  });
}

type States = ReadonlyMap<string, ViewState>;

/** The views from one up to another that is made from it, or undefined. */
function wayTo(name: string, from: string, states: States, way: readonly string[]): readonly string[] | undefined {
  if (from === name) return [...way, from];
  if (way.includes(from)) return undefined;
  const state = states.get(from);
  const next = state === undefined ? [] : madeFrom(state);
  return next.map((one) => wayTo(name, one, states, [...way, from])).find((found) => found !== undefined);
}

/** Also by promotion, which would go round and round. */
function madeFrom(state: ViewState): string[] {
  const { promote } = state.source ?? {};
  return [...sourcesOf(state), ...(state.kind === 'promoted' && promote ? [promote.from] : [])];
}

/**
 * How many selected views are on the longest way from a view to one that is not selected, with itself. Two operators at once
 * may have made a circle, which must be told by who reads it, not be followed for ever.
 */
function levelsAbove(view: string, states: States, seen: readonly string[] = []): number {
  const state = states.get(view);
  const sources = state === undefined || seen.includes(view) ? [] : sourcesOf(state);
  return sources.length === 0 ? 0 : 1 + Math.max(...sources.map((from) => levelsAbove(from, states, [...seen, view])));
}

function levelsBelow(name: string, states: States, seen: readonly string[] = []): number {
  const passed = [...seen, name];
  const below = [...states].filter(([view, state]) => !passed.includes(view) && sourcesOf(state).includes(name));
  return below.length === 0 ? 0 : 1 + Math.max(...below.map(([view]) => levelsBelow(view, states, passed)));
}
