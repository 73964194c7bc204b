import { MirrorError } from '../../errors';
import type { Violation } from '../../simplestreams/contract/contract-rules';
import { filledFrom, type ViewState } from '../state/view-state';

/** The hint of every refusal for which there is nothing better to do. */
export const unchanged = 'nothing was published; the view is unchanged';

/** @throws ContractBroken, naming every broken rule; nothing if there is none */
export function refuse(violations: readonly Violation[]): void {
  if (violations.length === 0) return;
  const lines = violations.map(({ rule, where, message }) => `${where}: ${message} [${rule}]`);
  throw new MirrorError('ContractBroken', `MAAS would refuse this mirror:\n${lines.join('\n')}`, { hint: unchanged });
}

/** A source that offers nothing is an error to MAAS. @param states of all views @default - it is not known what follows it */
export function emptyViewError(view: string, states?: ReadonlyMap<string, ViewState>): MirrorError {
  const unlessFollowed = states === undefined ? ', if no other view follows it' : '';
  return new MirrorError('ContractBroken', `${view} would be empty: MAAS rejects a source without products`, {
    hint: `to end the view${unlessFollowed}: ${endingView(view, states)}`,
  });
}

/** The commands that end a view: what is made from it gets its versions from another one first. @param states of all views */
export function endingView(view: string, states: ReadonlyMap<string, ViewState> = new Map()): string {
  const first = filledFrom(view, states).map(([name, { kind }]) => elsewhere(name, kind));
  return [...first, `maas-mirror view delete ${view}`].join(', then ');
}

/** The command that has a view get its versions from another one. */
export function elsewhere(view: string, kind: ViewState['kind']): string {
  return `maas-mirror view set ${view} ${kind === 'selected' ? '--from VIEW' : '--by-hand'}`;
}
