import { mirror as layout } from '../../job/layout';
import type { Item } from '../../simplestreams/types';
import { byBytes } from '../../simplestreams/version-order';
import type { Store } from '../../store/store';
import type { ViewContent } from '../state/view-content';

/** A file, with the path that it has or would get, relative to the view. */
export type NamedFile = Pick<Item, 'path' | 'sha256' | 'size'>;

/** The path under which a view already offers the bytes of a new file; undefined if they have to be stored. */
export type Reuse = (file: NamedFile) => string | undefined;

/** Everything has to be stored. */
export const reusesNothing: Reuse = () => undefined;

/**
 * Finds the files of new versions among those that the documents of their view offer, so that nothing is stored twice: those
 * of equal size, digest and name, because MAAS tells the files of a version apart by their names. What the pool does not have
 * as it is offered is left out, and so stored again. Neither the shelf nor another view counts: what they name may be the
 * next to leave.
 * @param folder of the release and architecture: `noble/amd64/`; files outside it are not used
 */
export async function reuseIn(
  { documents }: Pick<ViewContent, 'documents'>,
  folder: string,
  files: readonly NamedFile[],
  mirror: Store,
): Promise<Reuse> {
  const wanted = new Map(files.map((file) => [contentOf(file), file]));
  const offered = Map.groupBy(offeredBelow(folder, documents), contentOf);
  const found = new Map<string, string>();
  for (const [content, file] of wanted) {
    const paths = new Set(offered.get(content)?.map(({ path }) => path));
    const path = await firstInPool(paths, file, mirror);
    if (path !== undefined) found.set(content, path);
  }
  return (file) => found.get(contentOf(file));
}

function contentOf({ path, size, sha256 }: NamedFile): string {
  return `${path.slice(path.lastIndexOf('/') + 1)} ${size} ${sha256}`;
}

/** Those of the newest versions first, which stay longest. */
function offeredBelow(folder: string, documents: ViewContent['documents']): Item[] {
  return [...documents.values()]
    .flatMap(({ products }) => Object.values(products))
    .flatMap(({ versions }) => Object.entries(versions))
    .sort(([one], [other]) => byBytes(other, one))
    .flatMap(([, { items }]) => Object.values(items))
    .filter(({ path }) => path.startsWith(folder));
}

/** Reads them: a path that is named again would pass on what has happened to its bytes. */
async function firstInPool(
  paths: Iterable<string>,
  { size, sha256 }: NamedFile,
  mirror: Store,
): Promise<string | undefined> {
  for (const path of paths) {
    const head = await mirror.head(layout.pool(path));
    if (head?.size === size && head.sha256 === sha256) return path;
  }
  return undefined;
}
