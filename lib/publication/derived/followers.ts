import type { ViewState } from '../state/view-state';

/** How many selected views may be above each other: each is one more commit before a site can see what was published. */
export const mostLevels = 3;

/** The views from which a selected view is made; none for others. */
export function sourcesOf({ kind, source }: Pick<ViewState, 'kind' | 'source'>): string[] {
  return kind === 'selected' ? [...new Set((source?.select ?? []).map(({ from }) => from))] : [];
}

/**
 * The selected views that are made from a view, directly or through others, in an order in which each comes after those that
 * it is made from; first the view itself, if it is one.
 * @param states of all views
 */
export function followersOf(changed: string, states: ReadonlyMap<string, ViewState>): string[] {
  const levels = new Map<string, number>([[changed, 0]]);
  for (let level = 1; level <= mostLevels; level++) {
    const below = [...levels].filter(([, at]) => at === level - 1).map(([view]) => view);
    for (const [view, state] of states) {
      if (view !== changed && sourcesOf(state).some((from) => below.includes(from))) levels.set(view, level);
    }
  }
  const own = states.get(changed);
  const found = [...levels].filter(([view]) => view !== changed || (own !== undefined && sourcesOf(own).length > 0));
  return found.sort(([, one], [, other]) => one - other).map(([view]) => view);
}
