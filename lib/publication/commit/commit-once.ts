import { MirrorError } from '../../errors';
import type { Press } from '../press';

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
    if (!(error instanceof MirrorError && error.name === 'PreconditionFailed')) throw error;
    onCommit?.(view, 'overtaken');
    return false;
  }
  onCommit?.(view, 'made');
  return true;
}
