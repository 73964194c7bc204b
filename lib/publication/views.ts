import { MirrorError } from '../errors';
import { HttpStore } from '../store/http/http';
import type { Store } from '../store/store';

/**
 * The views of a mirror, sorted: folders with a `streams/v1`. Frozen ones are `snapshots/<id>`.
 * @throws BadInput over HTTP, where nothing can be listed
 */
export async function viewsOf(store: Store): Promise<string[]> {
  if (store instanceof HttpStore) {
    throw new MirrorError('BadInput', `${store.name} cannot say which views it has: HTTP has no list of files`, {
      hint: 'give the address of one view, http://host/candidate/, or name it with --view',
      misuse: true,
    });
  }
  const views = new Set<string>();
  for await (const key of store.list('')) {
    const view = /^(?!pool\/)(.+)\/streams\/v1\//.exec(key)?.[1];
    if (view !== undefined) views.add(view);
  }
  return [...views].sort();
}
