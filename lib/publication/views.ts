import { MirrorError } from '../errors';
import { anyViewName } from '../job/build-request';
import { isFrozenName, mirror as layout } from '../job/layout';
import { anyView } from '../job/operations/view-source';
import { DirectoryStore } from '../store/directory/directory';
import { viewOfIndex } from '../store/directory/directory-refusals';
import { replacedKeys } from '../store/directory/replaced-keys';
import { HttpStore } from '../store/http/http';
import type { Store } from '../store/store';

/**
 * The views of a mirror, sorted: folders with an index, signed or not. Frozen ones are `snapshots/<id>`. A folder with
 * documents but no index is not a view: an interrupted first publication leaves one.
 * @throws BadInput over HTTP, which has no listing
 */
export async function viewsOf(store: Store): Promise<string[]> {
  const names = await viewFoldersOf(store);
  const found = await Promise.all(names.map(async (name) => ((await hasIndex(name, store)) ? [name] : [])));
  return found.flat().sort();
}

/**
 * The folders that may belong to a view: one that exists, that was deleted, or whose first publication was interrupted. A
 * directory remembers also those that were removed by hand: what was withdrawn there must not be overlooked.
 * @throws BadInput over HTTP, which has no listing
 */
export async function viewFoldersOf(store: Store): Promise<string[]> {
  if (store instanceof HttpStore) {
    throw new MirrorError('BadInput', `cannot list the views of ${store.name}: HTTP has no directory listing`, {
      hint: 'give the address of one view, such as http://host/candidate/, or name it with --view',
      misuse: true,
    });
  }
  const [folders, frozen] = await Promise.all([store.folders(''), store.folders('snapshots/')]);
  const remembered = await rememberedViews(store);
  // A disk may have folders of its own, which not everybody may read: `lost+found`.
  const views = [...folders, ...remembered].filter((name) => anyViewName.safeParse(name).success);
  const paths = [...frozen.map((name) => `snapshots/${name}`), ...remembered.filter(isFrozenName)];
  const snapshots = paths.filter((name) => anyView.safeParse(name).success);
  return [...new Set([...views, ...snapshots])].sort();
}

async function rememberedViews(store: Store): Promise<string[]> {
  const keys = store instanceof DirectoryStore ? await replacedKeys(store) : [];
  return keys.flatMap((key) => viewOfIndex(key) ?? []);
}

/**
 * The views that were deleted, sorted: what was withdrawn there is obeyed in every view.
 * @throws BadInput over HTTP, which has no listing
 */
export async function deletedViewsOf(store: Store): Promise<string[]> {
  const [folders, there] = [await viewFoldersOf(store), new Set(await viewsOf(store))];
  const deleted: string[] = [];
  for (const view of folders.filter((name) => !there.has(name))) {
    if ((await store.read(layout.tombstone(view))) !== undefined) deleted.push(view);
  }
  return deleted;
}

async function hasIndex(view: string, store: Store): Promise<boolean> {
  const indexes = [layout.index(view), layout.plainIndex(view)];
  for await (const key of store.list(`${view}/streams/v1/index.`)) if (indexes.includes(key)) return true;
  return false;
}
