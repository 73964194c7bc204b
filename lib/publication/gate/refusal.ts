import { MirrorError } from '../../errors';
import type { Violation } from '../../simplestreams/contract/contract-rules';

/** The hint of every refusal for which there is nothing better to do. */
export const unchanged = 'nothing was published; the view is unchanged';

/** @throws ContractBroken, naming every broken rule; nothing if there is none */
export function refuse(violations: readonly Violation[]): void {
  if (violations.length === 0) return;
  const lines = violations.map(({ rule, where, message }) => `${where}: ${message} [${rule}]`);
  throw new MirrorError('ContractBroken', `MAAS would refuse this mirror:\n${lines.join('\n')}`, { hint: unchanged });
}

/** A source that offers nothing is an error to MAAS. */
export function emptyViewError(view: string): MirrorError {
  return new MirrorError('ContractBroken', `${view} would be empty: MAAS rejects a source without products`, {
    hint: `to end the view: maas-mirror view delete ${view}`,
  });
}
