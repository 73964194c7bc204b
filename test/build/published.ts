import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelOf } from '../../lib/catalog/kernels';
import { contentId, productId } from '../../lib/catalog/products';
import { familyOf } from '../../lib/catalog/releases';
import { run } from '../../lib/machine/run';
import { mountSquashfs } from '../../lib/machine/tree/mounts';
import { readView } from '../../lib/publication/read-view';
import type { Product, Products, Version } from '../../lib/simplestreams/types';
import { measureFile } from '../../lib/store/digest';
import { openMirrorDirectory } from '../../lib/store/open';
import { temporaryFolder } from '../fixtures/temporary-folder';

/** Where something is published: a mirror, and a flavour of a release. */
export interface Place {
  readonly mirror: string;
  readonly release: string;
  /** @default amd64 */
  readonly architecture?: string;
  readonly kernel: string;
  /** @default candidate */
  readonly view?: string;
}

/** A product as a mirror publishes it, or undefined. */
export async function productAt(place: Place): Promise<Product | undefined> {
  const { mirror, release, architecture = 'amd64', kernel, view } = place;
  const document = await documentAt(mirror, release, view);
  return document?.products[productId(kernelOf(release, architecture, kernel), view ?? 'candidate')];
}

/** Ids of all boot products that a view has of a release's family, sorted. */
export async function productIdsAt(mirror: string, release: string): Promise<string[]> {
  return Object.keys((await documentAt(mirror, release))?.products ?? {}).sort();
}

/** The document with a view's boot products of a release's family. */
export async function documentAt(mirror: string, release: string, view = 'candidate'): Promise<Products | undefined> {
  const { documents } = await readView(view, { mirror: await openMirrorDirectory(mirror, { create: false }) });
  return documents.get(contentId({ family: familyOf(release) }, view))?.document;
}

/** Names of its versions, in the order in which they sort. */
export async function versionsAt(place: Place): Promise<string[]> {
  return Object.keys((await productAt(place))?.versions ?? {}).sort();
}

/** Its newest version. */
export async function newestAt(place: Place): Promise<Version> {
  const product = await productAt(place);
  const name = (await versionsAt(place)).at(-1) ?? '';
  const version = product?.versions[name];
  if (version === undefined) throw new Error(`nothing is published of ${place.release} ${place.kernel}`);
  return version;
}

/** All that a mirror says of a flavour whose only version this is, but for the digest of what went in. */
export async function soleVersionAt(place: Place) {
  const product = await productAt(place);
  if (product === undefined) throw new Error(`nothing is published of ${place.release} ${place.kernel}`);
  const { versions, inputs: _, ...fields } = product;
  const [[version = '', sole] = [], ...others] = Object.entries(versions);
  if (sole === undefined || others.length > 0)
    throw new Error(`there are versions ${Object.keys(versions).join(', ')}`);
  const { items, image_package, gate } = sole;
  return { fields, version, items, image_package, gate };
}

/**
 * The items that a flavour has on images.maas.io, as the files that lie there are: facts/maas-products.md §3.
 * @param folder of the version: `noble/amd64/20261120`
 * @param boot of the flavour in it: `hwe-24.04-edge/lowlatency`
 */
export async function itemsIn(mirror: string, folder: string, boot: string, kpackage: string) {
  const item = async (ftype: string, path: string, more: object = {}) => {
    return { ftype, path, ...(await measureFile(join(mirror, 'pool', path))), ...more };
  };
  return {
    squashfs: await item('squashfs', `${folder}/squashfs`),
    manifest: await item('manifest', `${folder}/squashfs.manifest`),
    'boot-kernel': await item('boot-kernel', `${folder}/${boot}/boot-kernel`, { kpackage }),
    'boot-initrd': await item('boot-initrd', `${folder}/${boot}/boot-initrd`, { kpackage }),
  };
}

/** Path of the file of an item on this machine. */
export function fileOf({ mirror }: Pick<Place, 'mirror'>, version: Version, item: string): string {
  return join(mirror, 'pool', version.items[item]?.path ?? '');
}

/** Looks into a published root. */
export async function inRoot<T>(squashfs: string, look: (root: string) => Promise<T>): Promise<T> {
  await using root = await mountSquashfs(squashfs, temporaryFolder());
  return await look(root.path);
}

/** The text of a file in an initramfs that is one zstd archive, with or without microcode in front of it. */
export async function textInInitrd(initrd: string, path: string): Promise<string> {
  const script = 'tail -c +"$3" "$1" | zstd -dcq | cpio --quiet --extract --to-stdout "$2"';
  return run(['sh', '-c', script, 'sh', initrd, path, `${1 + archiveStart(initrd)}`], { quiet: true });
}

/** Paths of all files in such an initramfs. */
export async function filesInInitrd(initrd: string): Promise<string[]> {
  const script = 'tail -c +"$2" "$1" | zstd -dcq | cpio --quiet --list';
  return (await run(['sh', '-c', script, 'sh', initrd, `${1 + archiveStart(initrd)}`], { quiet: true })).split('\n');
}

/** Where the compressed archive begins: behind the end of those that are not. */
function archiveStart(initrd: string): number {
  const bytes = readFileSync(initrd);
  if (!bytes.subarray(0, 6).equals(Buffer.from('070701'))) return 0;
  return bytes.indexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), bytes.indexOf('TRAILER!!!'));
}
