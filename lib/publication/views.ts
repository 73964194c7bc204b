import { MirrorError } from '../errors';
import { HttpStore } from '../store/http/http';
import type { Store } from '../store/store';

/**
 * The views of a mirror, sorted: folders with an index, signed or not. Frozen ones are `snapshots/<id>`. Documents alone
 * make no view: a first publication that was cut off leaves them.
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
    const view = /^(?!pool\/)(.+)\/streams\/v1\/index\.s?json$/.exec(key)?.[1];
    if (view !== undefined) views.add(view);
  }
  return [...views].sort();
}
