import { MirrorError } from '../../errors';
import { mirror as layout } from '../../job/layout';
import { objectsOf, type Promised } from '../../simplestreams/promised';
import { sameJson } from '../../simplestreams/same-json';
import type { Products } from '../../simplestreams/types';
import { byBytes } from '../../simplestreams/version-order';
import type { Store } from '../../store/store';
import type { NextContent } from '../next-content';
import { partsOf, versionsOf } from '../state/product-parts';
import type { Shelf } from '../state/shelf';
import type { ViewContent } from '../state/view-content';
import { unchanged } from './refusal';

/**
 * Everything that new or changed versions promise must be in the pool. What a view already promises, this one before the
 * change or one of `offered`, was read when that was committed: only its size is compared, from listings, so a promotion
 * reads no image again. Everything else is read.
 * @throws ContractBroken, naming an object that is missing or differs
 */
export async function gateObjects(
  before: ViewContent,
  { changed, shelf }: NextContent,
  offered: readonly ViewContent[],
  mirror: Store,
): Promise<void> {
  const added = new Map<string, Promised>();
  for (const [id, document] of changed) {
    for (const object of newlyPromised(before.documents.get(id), document)) added.set(nameOf(object), object);
  }
  for (const object of newlyShelved(before, shelf)) added.set(nameOf(object), object);
  const known = promisedOf(added, [before, ...offered]);
  await Promise.all([
    requireSizes([...known.values()], mirror),
    ...[...added].filter(([name]) => !known.has(name)).map(([, object]) => requireObject(object, mirror)),
  ]);
}

/** Documents may promise two different files at one path, of which at most one can exist. */
function nameOf({ path, size, sha256 }: Promised): string {
  return `${path} ${size} ${sha256}`;
}

/** Everything that new or changed versions promise, even if another version promised it before. */
function newlyPromised(before: Products | undefined, after: Products): Promised[] {
  return Object.entries(after.products).flatMap(([id, { versions }]) => {
    const old = before?.products[id]?.versions ?? {};
    return Object.entries(versions)
      .filter(([name, version]) => !sameJson(old[name], version))
      .flatMap(([, version]) => objectsOf(version));
  });
}

/** What the shelf promises and the view did not: it may be offered again, so it must be there as if it were. */
function newlyShelved({ documents, shelf: before }: ViewContent, after: Shelf): Promised[] {
  return Object.entries(after.products).flatMap(([id, product]) => {
    if (before.products[id] === product) return [];
    const offered = documents.get(product.content_id)?.products[id]?.versions ?? {};
    return Object.entries(product.versions)
      .filter(
        ([name, { version }]) => !sameJson(offered[name] ?? before.products[id]?.versions[name]?.version, version),
      )
      .flatMap(([, { version }]) => objectsOf(version));
  });
}

/** Those that one of the views promises, in its documents or on its shelf, with the same size and digest. */
function promisedOf(objects: ReadonlyMap<string, Promised>, views: readonly ViewContent[]): Map<string, Promised> {
  const paths = new Set([...objects.values()].map(({ path }) => path));
  const found = new Map<string, Promised>();
  for (const part of paths.size === 0 ? [] : views.flatMap((view) => [...partsOf(view).values()])) {
    for (const object of versionsOf(part).flatMap(([, version]) => objectsOf(version))) {
      if (paths.has(object.path) && objects.has(nameOf(object))) found.set(nameOf(object), object);
    }
  }
  return found;
}

async function requireSizes(objects: readonly Promised[], mirror: Store): Promise<void> {
  const folders = outermost(objects.map(({ path }) => folderOf(layout.pool(path))));
  const listings = await Promise.all(folders.map((folder) => mirror.listing(folder)));
  const found = new Map(listings.flatMap((listing) => [...listing]));
  for (const { path, size, sha256 } of objects) {
    const seen = found.get(layout.pool(path))?.size;
    if (seen !== size) throw differs({ path, size, sha256 }, seen === undefined ? 'missing' : `${seen} bytes`);
  }
}

/** `pool/noble/amd64/20261120/` */
function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

/** Without folders that are in another: all flavours of a version are in one listing. */
function outermost(folders: readonly string[]): string[] {
  const found: string[] = [];
  for (const folder of [...new Set(folders)].sort(byBytes)) {
    const last = found.at(-1);
    if (last === undefined || !folder.startsWith(last)) found.push(folder);
  }
  return found;
}

async function requireObject(object: Promised, mirror: Store): Promise<void> {
  const head = await mirror.head(layout.pool(object.path));
  if (head?.size === object.size && head.sha256 === object.sha256) return;
  throw differs(object, head === undefined ? 'missing' : `${head.size} bytes with sha256 ${head.sha256}`);
}

function differs({ path, size, sha256 }: Promised, seen: string): MirrorError {
  const said = `${layout.pool(path)} is ${seen}, but the document lists ${size} bytes with sha256 ${sha256}`;
  return new MirrorError('ContractBroken', said, { hint: unchanged });
}
