import { mirror as layout } from '../../job/layout';
import { DirectoryStore } from '../../store/directory/directory';
import type { Store } from '../../store/store';

/** What to do with a restored index that cannot be kept. */
export function wayBack(view: string, mirror: Store): string {
  const key = layout.index(view);
  const back =
    mirror instanceof DirectoryStore ? `remove ${key}` : `copy the version of ${key} before this one over it`;
  return `to return to what was published last, ${back}, and run repair again`;
}
