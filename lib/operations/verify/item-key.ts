import { mirror } from '../../job/layout';
import { DirectoryStore } from '../../store/directory/directory';
import { HttpStore } from '../../store/http/http';
import type { Store } from '../../store/store';

/** Where an item of a view is in a store, by its path relative to the view. */
export type ItemKey = (view: string, path: string) => string;

/**
 * Items are once in the pool. Over HTTP they are asked for below the view, as MAAS does, since a web server may map them
 * there and nowhere else; so they are in a folder without a pool, which is a copy of views alone.
 */
export async function itemKeyIn(store: Store): Promise<ItemKey> {
  const isBelowView = store instanceof HttpStore || (store instanceof DirectoryStore && !(await hasPool(store)));
  return isBelowView ? (view, path) => `${view}/${path}` : (_, path) => mirror.pool(path);
}

async function hasPool(store: Store): Promise<boolean> {
  for await (const _ of store.list(mirror.pool(''))) return true;
  return false;
}
