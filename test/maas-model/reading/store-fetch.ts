import { mirror as layout } from '../../../lib/job/layout';
import type { Store } from '../../../lib/store/store';
import type { Fetch } from './stream-reader';

/**
 * Reads a store as the web server of a mirror does: below a view, `streams/` is its own, and all else is in the pool.
 * @param address of the mirror, without a slash at the end
 */
export function fetchFrom(store: Store, address: string): Fetch {
  return async (url) => {
    const path = url.slice(`${address}/`.length);
    const [view = '', ...rest] = path.split('/');
    if (!url.startsWith(`${address}/`) || view === '') return undefined;
    const key = rest[0] === 'streams' ? layout.document(view, rest.join('/')) : layout.pool(rest.join('/'));
    return (await store.read(key))?.bytes;
  };
}
