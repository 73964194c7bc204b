import { mirror } from '../../job/layout';
import { DirectoryStore } from '../../store/directory/directory';
import { HttpStore } from '../../store/http/http';
import type { Store } from '../../store/store';

/** The key of an item in a store, by its view and its path relative to the view. */
export type ItemKey = (view: string, path: string) => string;

/**
 * Items are stored once, in the pool. Over HTTP they are requested below the view, as MAAS does, because a web server may map
 * them only there. A folder without a pool is a copy of views, so they are also below the view.
 */
export async function itemKeyIn(store: Store): Promise<ItemKey> {
  const isBelowView = store instanceof HttpStore || (store instanceof DirectoryStore && !(await hasPool(store)));
  return isBelowView ? (view, path) => `${view}/${path}` : (_, path) => mirror.pool(path);
}

async function hasPool(store: Store): Promise<boolean> {
  for await (const _ of store.list(mirror.pool(''))) return true;
  return false;
}
