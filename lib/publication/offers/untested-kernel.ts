import type { Version } from '../../simplestreams/types';

/**
 * The version from which a rollback of a flavour took kernel and initrd, if they have not booted with this root. That boot
 * test was not waived; once a promotion waives it, its reason is another one.
 */
export function untestedKernel({ gate, waived, kept_from }: Version): string | undefined {
  const isByRollback = gate === 'waived' && typeof waived === 'string' && /^rollback(:|$)/.test(waived);
  return isByRollback && typeof kept_from === 'string' ? kept_from : undefined;
}
