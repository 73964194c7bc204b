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
    const [, view, below = ''] = /^((?:snapshots\/)?[^/]+)\/(.*)$/.exec(path) ?? [];
    if (!url.startsWith(`${address}/`) || view === undefined) return undefined;
    const key = below.startsWith('streams/') ? layout.document(view, below) : layout.pool(below);
    return (await store.read(key))?.bytes;
  };
}
