import { MirrorError } from '../../lib/errors';

/** What something is refused with. */
export function refusalOf(act: () => unknown): MirrorError {
  try {
    act();
  } catch (error) {
    if (error instanceof MirrorError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
