import { MirrorError } from '../errors';
import { HttpStore } from '../store/http/http';
import type { Store } from '../store/store';

/**
 * The views of a mirror, sorted: folders with an index, signed or not. Frozen ones are `snapshots/<id>`. A folder with
 * documents but no index is not a view: an interrupted first publication leaves one.
 * @throws BadInput over HTTP, which has no listing
 */
export async function viewsOf(store: Store): Promise<string[]> {
  if (store instanceof HttpStore) {
    throw new MirrorError('BadInput', `cannot list the views of ${store.name}: HTTP has no directory listing`, {
      hint: 'give the address of one view, such as http://host/candidate/, or name it with --view',
      misuse: true,
    });
  }
  const views = new Set<string>();
  for await (const key of store.list('')) {
    const view = /^(?!pool\/)(.+)\/streams\/v1\/index\.s?json$/.exec(key)?.[1];
    if (view !== undefined) views.add(view);
  }
  return [...views].sort();
}
