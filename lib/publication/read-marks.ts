import { MirrorError } from '../errors';
import { type Reading, readIndex } from './read-index';
import { readStateOf } from './read-state';
import type { ViewContent } from './state/view-content';

/** What was decided about a view, and what waits on its shelf, for a list. */
export type Marks = Pick<ViewContent, 'state' | 'shelf' | 'ledger'>;

/**
 * The marks of a view, unchecked, for readers that show them: without any where they cannot be read, such as those of a newer
 * release. `verify` reports what is wrong with them.
 */
export async function readMarks(view: string, { mirror }: Pick<Reading, 'mirror'>): Promise<Marks | undefined> {
  const reading = { mirror, unchecked: true };
  try {
    return await readStateOf(await readIndex(view, reading), reading);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

/** Whether marks are there, but cannot be read. */
function isUnreadable(error: unknown): boolean {
  return error instanceof MirrorError && unreadable.includes(error.name);
}

const unreadable = ['BadFormat', 'NoSuchObject', 'NotSupported'];
