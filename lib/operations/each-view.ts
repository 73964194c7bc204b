import { MirrorError } from '../errors';
import { mirror as layout } from '../job/layout';
import { isOfView } from '../publication/withdrawn-everywhere';
import type { Store } from '../store/store';

/** Called with a view that cannot be read, and why. */
export type OnUnread = (view: string, error: MirrorError) => void;

/**
 * Reads views for a list, one after the other: a large view takes much memory while it is read.
 * @param onUnread the other views are read then @default - the error is thrown
 * @throws the errors of `read` that are not about the view; errors of the store
 */
export async function eachView<Read>(
  views: readonly string[],
  read: (view: string) => Promise<Read>,
  onUnread?: OnUnread,
): Promise<Read[]> {
  const found: Read[] = [];
  for (const view of views) {
    try {
      found.push(await read(view));
    } catch (error) {
      if (onUnread === undefined || !isOfView(error)) throw error;
      onUnread(view, error);
    }
  }
  return found;
}

/** The error of a view that has no index to be read from. */
export function noIndexError({ name }: Store, view: string): MirrorError {
  return new MirrorError('NoSuchObject', `${name} has no ${layout.index(view)}`, {
    hint: 'check the name of the view; `maas-mirror verify` lists all missing files',
  });
}
