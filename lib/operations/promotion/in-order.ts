import { sourcesOf } from '../../publication/derived/followers';
import type { ViewSource, ViewState } from '../../publication/state/view-state';
import type { ViewSettings } from './settings';

type States = ReadonlyMap<string, ViewState>;

/**
 * Settings in the order in which they are carried out: each view after those that it gets its versions from, also through views
 * that the file does not have; otherwise, and where views are made from each other, as they are given.
 */
export function inOrder(settings: readonly ViewSettings[], states: States): ViewSettings[] {
  const byName = new Map(settings.map((one) => [one.name, one]));
  const above = new Map(settings.map((one) => [one, namesAbove(one.name, byName, states)]));
  const left = new Set(settings);
  const ordered: ViewSettings[] = [];
  for (let [first] = left; first !== undefined; [first] = left) {
    const names = new Set([...left].map(({ name }) => name));
    const next = [...left].find((one) => !above.get(one)?.some((name) => names.has(name))) ?? first;
    left.delete(next);
    ordered.push(next);
  }
  return ordered;
}

/** All views from which a view gets its versions, directly or through others; not itself. */
function namesAbove(view: string, settings: ReadonlyMap<string, ViewSettings>, states: States): string[] {
  const found = new Set([view]);
  // What is added to a set while it is walked through is walked through, too.
  for (const one of found) for (const name of namesOf(settings.get(one), states.get(one))) found.add(name);
  found.delete(view);
  return [...found];
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
