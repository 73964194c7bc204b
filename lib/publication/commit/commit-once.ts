import { type ErrorName, MirrorError } from '../../errors';
import type { Press } from '../press';

/** By these, a store refuses to replace an object that is not the expected one. */
const refusals: readonly ErrorName[] = ['PreconditionFailed', 'ChecksumMismatch'];

/**
 * Writes what makes a change of a view valid, unless another writer was faster, and tells the press.
 * @returns false if one was
 */
export async function commitOnce(
  view: string,
  { onCommit }: Pick<Press, 'onCommit'>,
  write: () => Promise<unknown>,
): Promise<boolean> {
  onCommit?.(view, 'tried');
  try {
    await write();
  } catch (error) {
    if (!(error instanceof MirrorError && refusals.includes(error.name))) throw error;
    onCommit?.(view, 'overtaken');
    if (error.name !== 'PreconditionFailed') throw error;
    return false;
  }
  onCommit?.(view, 'made');
  return true;
}
