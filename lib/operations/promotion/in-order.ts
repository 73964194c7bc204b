import { sourcesOf } from '../../publication/derived/followers';
import type { ViewSource, ViewState } from '../../publication/state/view-state';
import type { ViewSettings } from './settings';

type States = ReadonlyMap<string, ViewState>;

/**
 * Settings in the order in which they are carried out: each view after those that it gets its versions from, also through views
 * that the file does not have; otherwise as they are given. Views that are made from each other come in any order.
 */
export function inOrder(settings: readonly ViewSettings[], states: States): ViewSettings[] {
  const byName = new Map(settings.map((one) => [one.name, one]));
  const begun = new Set<string>();
  const ordered: ViewSettings[] = [];
  const add = (view: string): void => {
    if (begun.has(view)) return;
    begun.add(view);
    const own = byName.get(view);
    namesOf(own, states.get(view)).forEach(add);
    if (own !== undefined) ordered.push(own);
  };
  for (const { name } of settings) add(name);
  return ordered;
}

/** A view, if it is selected, and the selected views that it is made from: what may have stayed behind its source. */
export function selectedAbove(view: string, states: States): string[] {
  const found = new Set<string>();
  const add = (one: string): void => {
    const state = states.get(one);
    const names = state === undefined ? [] : sourcesOf(state);
    if (names.length === 0 || found.has(one)) return;
    found.add(one);
    names.forEach(add);
  };
  add(view);
  return [...found];
}

/**
 * The views from which a view gets its versions: as an operator has set it since the file was applied, otherwise as the file
 * says.
 * @param setting @default - the file does not have the view
 */
export function namesOf(setting: ViewSettings | undefined, state: ViewState | undefined): string[] {
  const isApplied = setting === undefined || state?.configured === setting.configured;
  const { promote, select = [] }: ViewSource = (isApplied ? state?.source : setting) ?? {};
  return [...(promote ? [promote.from] : []), ...select.map(({ from }) => from)];
}
