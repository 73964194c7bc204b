import { join } from 'node:path';
import { mirror } from '../../job/layout';
import { isSameFile } from '../../machine/same-file';
import { DirectoryStore } from '../../store/directory/directory';
import type { Store } from '../../store/store';
import type { CheckedView } from './check-view';
import type { ItemKey } from './item-key';
import type { Problem } from './problem';
import type { PromisedItem } from './promised-items';

export interface Links {
  readonly problems: readonly Problem[];
  /** Items below a view that are separate files, by key: copying has turned links into folders. They must be read, too. */
  readonly copies: ReadonlyMap<string, readonly PromisedItem[]>;
}

/**
 * Checks, in a directory, that every item can be read below its view as well as in the pool, because web servers serve only
 * files. Other stores have nothing to check.
 */
export async function checkLinks(store: Store, views: readonly CheckedView[], keyOf: ItemKey): Promise<Links> {
  const problems = new Map<string, Problem>();
  const copies = new Map<string, PromisedItem[]>();
  if (!(store instanceof DirectoryStore)) return { problems: [], copies };
  const { root } = store;
  for (const { view, items } of views) {
    for (const item of items) {
      const [object, key] = [`${view}/${item.folder}`, `${view}/${item.path}`];
      const pooled = join(root, keyOf(view, item.path));
      if (!(await isSameFile(pooled, pooled))) continue; // a missing item is reported as such
      const shown = join(root, key);
      if (await isSameFile(shown, pooled)) continue;
      if (await isSameFile(shown, shown)) copies.set(key, [...(copies.get(key) ?? []), item]);
      else problems.set(object, lacking(object, item.folder));
    }
  }
  return { problems: [...problems.values()], copies };
}

function lacking(object: string, folder: string): Problem {
  const message = `it does not lead to ${mirror.poolFolder(folder)}; if the link is missing, the next publication of this release creates it`;
  return { object, rule: 'link', message };
}
