import { join } from 'node:path';
import { MirrorError } from '../../errors';
import { namesInInitrd } from '../../machine/initramfs/read-initrd';
import type { Store } from '../../store/store';
import { type ItemKey, itemKeyIn } from '../verify/item-key';
import { modulesIn, type NameChanges, nameChanges } from './modules';
import { type PackageChanges, packageChanges, packagesIn } from './packages';
import type { Pair, Side } from './pairs';
import { type SourceChanges, sourceChanges, sourcesIn } from './sources';

/** Reads what versions are made of. */
export interface Reader {
  readonly store: Store;
  readonly keyOf: ItemKey;
  /** Folder for initrds. @default - they are not read */
  readonly scratch: string | undefined;
}

export async function readerOf(store: Store, scratch: string | undefined): Promise<Reader> {
  return { store, keyOf: await itemKeyIn(store), scratch };
}

/** By their manifests; undefined if one has none. Equal ones are not read. */
export async function packagesBetween({ old, next }: Pair, reader: Reader): Promise<PackageChanges | undefined> {
  const [was, is] = [old.version.items.manifest, next.version.items.manifest];
  if (was === undefined || is === undefined) return undefined;
  if (was.sha256 === is.sha256) return packageChanges(new Map(), new Map());
  const [before, after] = [await textAt(old, was.path, reader), await textAt(next, is.path, reader)];
  return packageChanges(packagesIn(before), packagesIn(after));
}

/** By their provenance statements; undefined if one has none. */
export async function sourcesBetween({ old, next }: Pair, reader: Reader): Promise<SourceChanges | undefined> {
  const [was, is] = [old.version.provenance, next.version.provenance];
  if (was === undefined || is === undefined) return undefined;
  const [before, after] = [await textAt(old, was, reader), await textAt(next, is, reader)];
  return sourceChanges(sourcesIn(before), sourcesIn(after));
}

/** By the files in their initrds; undefined if they are not read. */
export async function modulesBetween({ old, next }: Pair, reader: Reader): Promise<NameChanges | undefined> {
  if (reader.scratch === undefined) return undefined;
  const { scratch } = reader;
  return nameChanges(await modulesOf(old, scratch, reader), await modulesOf(next, scratch, reader));
}

async function modulesOf(side: Side, scratch: string, { store, keyOf }: Reader): Promise<ReadonlySet<string>> {
  const { path = '', sha256 = '' } = side.version.items['boot-initrd'] ?? {};
  const file = join(scratch, `initrd-${sha256}`);
  await store.readTo(keyOf(side.view, path), file);
  return modulesIn(await namesInInitrd(file));
}

async function textAt({ view }: Side, path: string, { store, keyOf }: Reader): Promise<string> {
  const key = keyOf(view, path);
  const found = await store.read(key);
  if (found !== undefined) return found.bytes.toString();
  throw new MirrorError('NoSuchObject', `${store.name} has no ${key}, but the view ${view} names it`, {
    hint: '`maas-mirror verify` lists all missing files',
  });
}
