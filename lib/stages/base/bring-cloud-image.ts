import { join } from 'node:path';
import { MirrorError, withoutPasswords } from '../../errors';
import { type DownloadOptions, download } from '../../machine/download/download';
import { manifestOf } from '../../machine/dpkg/manifest';
import { writeText } from '../../machine/files';
import { progress } from '../../machine/log';
import { mountSquashfs } from '../../machine/tree/mounts';
import { type Compression, makeSquashfs } from '../../machine/tree/squashfs';
import { unpackRoot } from '../../machine/tree/tarball';
import type { SourceFile, SourceImage } from '../streams/find-cloud-image';
import { epochOf } from '../workbench';

/** A base image on this machine, and where it comes from. */
export interface BroughtImage {
  readonly serial: string;
  /** Paths. */
  readonly squashfs: string;
  readonly manifest: string;
  readonly source: {
    readonly product: string;
    /** Address of the squashfs, or of the file it was made from; without user and password. */
    readonly url: string;
    readonly sha256: string;
  };
}

export interface BringOptions extends DownloadOptions {
  readonly scratch: string;
  /** For images without a squashfs of their own. */
  readonly compression: Compression;
}

/**
 * Downloads an image. Its squashfs is the stream's own, which must not be changed; if the stream has none, one is made
 * from the root tarball.
 * @throws NotReady, DownloadFailed, DiskFull, CommandFailed
 */
export async function bringCloudImage(image: SourceImage, options: BringOptions): Promise<BroughtImage> {
  const file = image.squashfs ?? image.rootTarball;
  if (file === undefined) {
    throw new MirrorError('NotReady', `${image.product} ${image.serial} has neither a squashfs nor a root tarball`);
  }
  const squashfs = join(options.scratch, 'base.squashfs');
  const manifest = join(options.scratch, 'squashfs.manifest');
  if (image.squashfs) {
    await bring(image.squashfs, squashfs, image, options);
    await bringManifest(image.manifest ?? image.rootManifest, manifest, image, options, async () => {
      await using mounted = await mountSquashfs(squashfs, options.scratch);
      return manifestOf(mounted.path);
    });
  } else {
    const tarball = join(options.scratch, 'base.root.tar.xz');
    const tree = join(options.scratch, 'base');
    await bring(file, tarball, image, options);
    progress(`making a squashfs from the root tarball of ${image.serial}`);
    await unpackRoot(tarball, tree);
    await bringManifest(image.rootManifest, manifest, image, options, async () => manifestOf(tree));
    await makeSquashfs(tree, squashfs, { compression: options.compression, epoch: epochOf(image.serial) });
  }
  const { product, serial } = image;
  const source = { product, url: withoutPasswords(file.url), sha256: file.sha256 };
  return { serial, squashfs, manifest, source };
}

async function bringManifest(
  file: SourceFile | undefined,
  to: string,
  image: SourceImage,
  options: BringOptions,
  make: () => Promise<string>,
): Promise<void> {
  if (file) await bring(file, to, image, options);
  else await writeText(to, await make());
}

async function bring(file: SourceFile, to: string, { serial }: SourceImage, options: BringOptions): Promise<void> {
  const { url, size } = file;
  progress(`downloading ${url.slice(url.lastIndexOf('/') + 1)} of ${serial}, ${megabytes(size)}`);
  let told = 0;
  const onProgress = (bytes: number) => {
    const tenth = Math.floor((bytes / size) * 10);
    if (tenth <= told || size < worthTellingBytes) return;
    told = tenth;
    progress(`${megabytes(bytes)} of ${megabytes(size)}`);
  };
  await download(url, to, file, { retried: progress, ...options, onProgress });
}

const worthTellingBytes = 20_000_000;

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 0)} MB`;
