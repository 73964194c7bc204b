import { mirror } from '../job/layout';
import { HttpStore } from '../store/http';
import type { Store } from '../store/store';

/**
 * Where an item of a view lies in a store. Items lie once in the pool; over HTTP they are asked for below the view, as
 * MAAS does, since a web server may map them there and nowhere else.
 */
export function itemKey(store: Store, view: string, path: string): string {
  return store instanceof HttpStore ? `${view}/${path}` : mirror.pool(path);
}
