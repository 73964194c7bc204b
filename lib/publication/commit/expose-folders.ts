import type { Products } from '../../simplestreams/types';
import type { NextContent } from '../next-content';
import type { Press } from '../press';
import type { ViewContent } from '../state/view-content';

/**
 * Makes everything that a change is the first to name readable below the view, before the index offers it: a promoted or
 * selected view gets releases that were never published to it.
 */
export async function exposeFolders(
  before: ViewContent,
  { view, changed }: NextContent,
  { mirror }: Pick<Press, 'mirror'>,
): Promise<void> {
  const known = foldersIn(before.documents.values());
  for (const folder of foldersIn(changed.values())) if (!known.has(folder)) await mirror.expose(view, folder);
}

/** The first parts of all paths: releases, and `bootloaders`. */
export function foldersIn(documents: Iterable<Products>): Set<string> {
  const folders = new Set<string>();
  for (const { products } of documents) {
    for (const { versions } of Object.values(products)) {
      for (const { items } of Object.values(versions)) {
        for (const { path } of Object.values(items))
          if (path.includes('/')) folders.add(path.slice(0, path.indexOf('/')));
      }
    }
  }
  return folders;
}
