import type { Store } from '../../store/store';
import { followIndex } from '../commit/follow-index';
import type { Press } from '../press';

/** Whether index.json or its signature is not that of index.sjson: the next change would write it. */
export async function isIndexBehind(view: string, press: Press): Promise<boolean> {
  let isWritten = false;
  const replace: Store['replace'] = async () => {
    isWritten = true;
    return { size: 0, sha256: '', tag: '' };
  };
  // If the view is deleted meanwhile, nothing is written, and nothing may be removed here.
  const remove: Store['remove'] = async () => {
    isWritten = false;
  };
  const mirror = Object.assign(Object.create(press.mirror) as Store, { replace, remove });
  await followIndex(view, { ...press, mirror });
  return isWritten;
}
