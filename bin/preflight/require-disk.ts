import { stat } from 'node:fs/promises';
import { kernelOf } from '../../lib/catalog/kernels';
import { contentId, productId } from '../../lib/catalog/products';
import { MirrorError } from '../../lib/errors';
import { type BuildRequest, isCustomised } from '../../lib/job/build-request';
import { bootloadersRequest } from '../../lib/job/job';
import { type KernelChoice, kernelChoices } from '../../lib/job/releases/kernel-choice';
import { releaseFor } from '../../lib/job/releases/release-for';
import { cores, freeSpace } from '../../lib/machine/this-machine';
import { readView } from '../../lib/publication/read-view';
import { newestOf } from '../../lib/simplestreams/merge';
import type { Products } from '../../lib/simplestreams/types';
import { findMirrorDirectory } from '../../lib/store/directory/mirror-directory';
import type { Store } from '../../lib/store/store';
import { size } from '../terminal/sizes';
import type { Terminal } from '../terminal/terminal';
import { type BuiltParts, diskNeeded, type PartSizes } from './disk-needed';
import { nearestFolder } from './folders';
import type { Places } from './places';

interface Disks {
  /** Free bytes on the file system of a folder. */
  readonly free: (folder: string) => Promise<number>;
  /** Number of stages that run at the same time. */
  readonly atOnce: number;
}

/**
 * Tells how much disk builds need, and how much is free. Sizes are those of the view's newest versions or of the base that is
 * given, otherwise those of known images.
 * @throws DiskFull if that is more than is free
 */
export async function requireDisk(
  { mirror, work }: Pick<Places, 'mirror' | 'work'>,
  requests: readonly BuildRequest[],
  terminal: Pick<Terminal, 'err'>,
  { free = freeSpace, atOnce = cores() }: Partial<Disks> = {},
): Promise<void> {
  const images = requests.filter(({ release }) => release !== bootloadersRequest);
  if (images.length === 0) return;
  const found = await findMirrorDirectory(mirror);
  const builds: BuiltParts[][] = [];
  for (const request of images) builds.push(await partsOf(request, found));
  const needed = diskNeeded(builds, atOnce);
  const [ofMirror, ofWork] = [await nearestFolder('--mirror', mirror), await nearestFolder('--work', work)];
  const isOne = (await stat(ofMirror)).dev === (await stat(ofWork)).dev;
  const disks = isOne
    ? [{ at: ofWork, where: `${work} and ${mirror}`, bytes: needed.together }]
    : [
        { at: ofWork, where: work, bytes: needed.work },
        { at: ofMirror, where: mirror, bytes: needed.mirror },
      ];
  for (const { at, where, bytes } of disks) tell({ at, where, bytes, free: await free(at) }, terminal);
}

interface Disk {
  /** A folder that exists. */
  readonly at: string;
  /** The folders that it is for. */
  readonly where: string;
  readonly bytes: number;
  readonly free: number;
}

function tell({ at, where, bytes, free }: Disk, terminal: Pick<Terminal, 'err'>): void {
  if (free < bytes) {
    throw new MirrorError('DiskFull', `about ${size(bytes)} are needed for ${where}, but ${size(free)} are free`, {
      hint: `free some space (df -h ${at}), name folders on another file system with --mirror and --work, or build fewer releases or flavours at a time`,
    });
  }
  const isTight = free < 2 * bytes;
  const seen = `about ${size(bytes)} needed for ${where}, ${size(free)} free`;
  terminal.err(`disk: ${seen}${isTight ? '; that may not be enough' : ''}`);
}

async function partsOf(request: BuildRequest, mirror: Store | undefined): Promise<BuiltParts[]> {
  const document = mirror && (await documentOf(request, mirror));
  const base = request.base === '' ? undefined : (await stat(request.base)).size;
  const shared = { customised: isCustomised(request), downloaded: isDownloaded(request) };
  return kernelChoices(request)
    .filter(({ kernels }) => kernels.length > 0)
    .map((choice) => {
      const sizes = { ...usual(request), ...newestIn(document, choice, request), ...(base && { root: base }) };
      return { sizes, flavours: choice.kernels.length, ...shared };
    });
}

const isDownloaded = (request: BuildRequest) => request.base === '' && releaseFor(request).family === 'ubuntu';

/** The document of the release's family. If it cannot be read, that is told where builds are planned. */
async function documentOf(request: BuildRequest, mirror: Store): Promise<Products | undefined> {
  const id = contentId(releaseFor(request), request.view);
  try {
    return (await readView(request.view, { mirror, unchecked: true })).documents.get(id)?.document;
  } catch (error) {
    if (error instanceof MirrorError) return undefined;
    throw error;
  }
}

/** Of the newest versions; undefined sizes are not known. */
function newestIn(
  document: Products | undefined,
  { architecture, kernels }: KernelChoice,
  request: BuildRequest,
): Partial<PartSizes> {
  const versions = kernels.flatMap(({ kernel }) => {
    const id = productId(kernelOf(releaseFor(request), architecture, kernel), request.view);
    return newestOf(document?.products[id])?.version ?? [];
  });
  if (versions.length === 0) return {};
  const sizeOf = (item: string) => Math.max(0, ...versions.map(({ items }) => items[item]?.size ?? 0));
  return { root: sizeOf('squashfs'), boot: sizeOf('boot-kernel') + sizeOf('boot-initrd') };
}

/**
 * Sizes of images that the view does not have yet: those of noble on images.maas.io in August 2025 (docs/build.md), and the
 * root of bookworm as it was built in November 2026. Its kernel and initrd, and all layers, are guesses: that of Ubuntu has firmware.
 */
const usual = (request: BuildRequest): PartSizes =>
  releaseFor(request).family === 'ubuntu'
    ? { root: 275_000_000, boot: 93_000_000, layer: 100_000_000 }
    : { root: 112_000_000, boot: 25_000_000, layer: 5_000_000 };
