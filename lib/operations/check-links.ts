import { join } from 'node:path';
import { mirror } from '../job/layout';
import { isSameFile } from '../machine/same-file';
import { DirectoryStore } from '../store/directory';
import type { Store } from '../store/store';
import type { CheckedView } from './check-view';
import type { Problem } from './problem';

/**
 * In a directory, that every item can be read below its view as well as in the pool: web servers know nothing but
 * files. Elsewhere there is nothing to look at.
 */
export async function checkLinks(store: Store, views: readonly CheckedView[]): Promise<Problem[]> {
  if (!(store instanceof DirectoryStore)) return [];
  const { root } = store;
  const problems = new Map<string, Problem>();
  for (const { view, items } of views) {
    for (const { path, folder } of items) {
      const object = `${view}/${folder}`;
      if (problems.has(object)) continue;
      const pooled = join(root, mirror.pool(path));
      if (!(await isSameFile(pooled, pooled))) continue; // an item that is missing is told as such
      if (await isSameFile(join(root, view, path), pooled)) continue;
      problems.set(object, { object, rule: 'link', message: `it does not lead to ${mirror.poolFolder(folder)}` });
    }
  }
  return [...problems.values()];
}
