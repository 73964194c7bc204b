import { MirrorError } from '../../errors';
import { mostLevels, sourcesOf } from '../../publication/derived/followers';
import type { ViewState } from '../../publication/state/view-state';
import type { MirrorContent } from '../plans/planned';

/**
 * Refuses sources by which views would be made from each other, or selected views be stacked too high.
 * @param sources that the view is to have
 * @throws BadInput (misuse)
 */
export function refuseCircle(name: string, sources: readonly string[], { views }: MirrorContent): void {
  const circle = sources.map((from) => wayTo(name, from, views, [name])).find((way) => way !== undefined);
  if (circle === undefined) return;
  throw new MirrorError('BadInput', `views cannot be made from each other: ${circle.join(' <- ')}`, {
    hint: `choose a source that is not made from ${name}`,
    misuse: true,
  });
}

/** Refuses a selected view that would be above or below too many others. @throws BadInput (misuse) */
export function refuseTower(name: string, sources: readonly string[], { views }: MirrorContent): void {
  const above = 1 + Math.max(0, ...sources.map((from) => levelsAbove(from, views)));
  const most = above + levelsBelow(name, views);
  if (most <= mostLevels) return;
  throw new MirrorError('BadInput', `${most} views would follow one another, of which ${mostLevels} may`, {
    hint: `let ${name} follow a view that is not itself selected`,
    misuse: true,
  });
}

type Views = MirrorContent['views'];

/** The views from one up to another that is made from it, or undefined. */
function wayTo(name: string, from: string, views: Views, way: readonly string[]): readonly string[] | undefined {
  if (from === name) return [...way, from];
  if (way.includes(from)) return undefined;
  const state = views.get(from)?.state;
  const next = state === undefined ? [] : madeFrom(state);
  return next.map((one) => wayTo(name, one, views, [...way, from])).find((found) => found !== undefined);
}

/** Also by promotion, which would go round and round. */
function madeFrom(state: ViewState): string[] {
  const { promote } = state.source ?? {};
  return [...sourcesOf(state), ...(state.kind === 'promoted' && promote ? [promote.from] : [])];
}

/** How many selected views are on the longest way from a view to one that is not selected, with itself. */
function levelsAbove(view: string, views: Views): number {
  const state = views.get(view)?.state;
  const sources = state === undefined ? [] : sourcesOf(state);
  return sources.length === 0 ? 0 : 1 + Math.max(...sources.map((from) => levelsAbove(from, views)));
}

function levelsBelow(name: string, views: Views): number {
  const below = [...views.values()].filter(({ state }) => sourcesOf(state).includes(name));
  return below.length === 0 ? 0 : 1 + Math.max(...below.map(({ view }) => levelsBelow(view, views)));
}
