import { join } from 'node:path';
import { kernelOf } from '../../lib/catalog/kernels';
import { contentId, productId } from '../../lib/catalog/products';
import { releaseOf } from '../../lib/catalog/releases';
import { mountSquashfs } from '../../lib/machine/mounts';
import { run } from '../../lib/machine/run';
import type { Product, Version } from '../../lib/simplestreams/types';
import { readView } from '../../lib/stages/published-view';
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
export async function productAt({
  mirror,
  release,
  architecture = 'amd64',
  kernel,
  view = 'candidate',
}: Place): Promise<Product | undefined> {
  const { documents } = await readView(view, { mirror: await openMirrorDirectory(mirror, { create: false }) });
  const document = documents.get(contentId(releaseOf(release), view))?.document;
  return document?.products[productId(kernelOf(release, architecture, kernel), view)];
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

/** Path of the file of an item on this machine. */
export function fileOf({ mirror }: Pick<Place, 'mirror'>, version: Version, item: string): string {
  return join(mirror, 'pool', version.items[item]?.path ?? '');
}

/** Looks into a published root. */
export async function inRoot<T>(squashfs: string, look: (root: string) => Promise<T>): Promise<T> {
  await using root = await mountSquashfs(squashfs, temporaryFolder());
  return await look(root.path);
}

/** The text of a file in an initramfs that is one zstd archive. */
export async function textInInitrd(initrd: string, path: string): Promise<string> {
  const script = 'zstd -dcq "$1" | cpio --quiet --extract --to-stdout "$2"';
  return run(['sh', '-c', script, 'sh', initrd, path], { quiet: true });
}

/** Paths of all files in such an initramfs. */
export async function filesInInitrd(initrd: string): Promise<string[]> {
  return (await run(['sh', '-c', 'zstd -dcq "$1" | cpio --quiet --list', 'sh', initrd], { quiet: true })).split('\n');
}
