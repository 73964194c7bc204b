import { pathFault } from '../../simplestreams/contract/readable-values';
import { objectsOf } from '../../simplestreams/promised';
import type { Products } from '../../simplestreams/types';

/** An object that documents list for their readers. */
export interface PromisedItem {
  /** Relative to the view: `noble/amd64/20261120/squashfs`. */
  readonly path: string;
  /** The folder of its version, or its own where the file belongs to another: `noble/amd64/20261120`. */
  readonly folder: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Everything that documents promise, each file once; paths that lead elsewhere are left out (a rule reports them). */
export function promisedItems(documents: readonly Products[]): PromisedItem[] {
  const items = documents
    .flatMap(({ products }) => Object.values(products))
    .flatMap(({ versions }) => Object.entries(versions))
    .flatMap(([name, version]) => objectsOf(version).map((item) => ({ version: name, ...item })))
    .filter(({ path }) => pathFault(path) === undefined)
    .map(({ version, path, size, sha256 }) => ({ path, folder: folderOf(path, version), size, sha256 }));
  return [...new Map(items.map((item) => [`${item.path} ${item.size} ${item.sha256}`, item])).values()];
}

function folderOf(path: string, version: string): string {
  const segments = path.split('/');
  const at = segments.indexOf(version);
  return segments.slice(0, at > 0 && at < segments.length - 1 ? at + 1 : -1).join('/');
}
