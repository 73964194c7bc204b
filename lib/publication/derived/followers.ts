import { byBytes } from '../../simplestreams/version-order';
import type { ViewState } from '../state/view-state';

/** How many selected views may be above each other: each is one more commit before a site can see what was published. */
export const mostLevels = 3;

/** The views from which a selected view is made; none for others. */
export function sourcesOf({ kind, source }: Pick<ViewState, 'kind' | 'source'>): string[] {
  return kind === 'selected' ? [...new Set((source?.select ?? []).map(({ from }) => from))] : [];
}

/**
 * The selected views that are made from some views, directly or through others, in an order in which each comes after those
 * that it is made from; also these views themselves, if they are selected. On each level, views with the same sources follow
 * one another.
 * @param states of all views
 */
export function followersOf(changed: readonly string[], states: ReadonlyMap<string, ViewState>): string[] {
  const levels = new Map<string, number>(changed.map((view) => [view, 0]));
  for (let level = 1; level <= mostLevels; level++) {
    const below = new Set([...levels].filter(([, at]) => at === level - 1).map(([view]) => view));
    for (const [view, state] of states) if (sourcesOf(state).some((from) => below.has(from))) levels.set(view, level);
  }
  const found = [...levels].flatMap(([view, level]) => {
    const state = states.get(view);
    const sources = state === undefined ? [] : sourcesOf(state);
    return sources.length === 0 ? [] : [{ view, level, sources: sources.sort(byBytes).join('\n') }];
  });
  const inOrder = found.sort((one, other) => one.level - other.level || byBytes(one.sources, other.sources));
  return inOrder.map(({ view }) => view);
}
