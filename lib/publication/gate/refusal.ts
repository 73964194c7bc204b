import { MirrorError } from '../../errors';
import type { Violation } from '../../simplestreams/contract/contract-rules';
import { filledFrom, type SelectedPart, type ViewState } from '../state/view-state';

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
  const first = filledFrom(view, states).map(([name, state]) => elsewhere(name, state, [view]));
  return [...first, `maas-mirror view delete ${view}`].join(', then ');
}

/**
 * The command that has a view get from another one what it has from these; the rest of a selection stays. For a selection that
 * only mirror.yaml can say, it has a placeholder.
 */
export function elsewhere(
  view: string,
  { kind, source }: Pick<ViewState, 'kind' | 'source'>,
  from: readonly string[],
  other = 'VIEW',
): string {
  if (kind !== 'selected') return `maas-mirror view set ${view} --by-hand`;
  const parts = source?.select ?? [];
  const others = parts.map((part) => (from.includes(part.from) ? { ...part, from: other } : part));
  return `maas-mirror view set ${view} ${selectOptions(others) ?? '--from VIEW'}`;
}

/** The options that select these parts; undefined for those that only mirror.yaml can say. */
export function selectOptions(parts: readonly SelectedPart[]): string | undefined {
  const isOption = parts.every(({ architectures, flavours }) => architectures === undefined && flavours === undefined);
  if (!isOption || parts.length === 0) return undefined;
  return parts
    .map(({ from, releases }) => (releases === undefined ? `--from ${from}` : `--select ${releases.join(',')}=${from}`))
    .join(' ');
}
