/** Sizes in bytes of what one architecture is built from. */
export interface PartSizes {
  /** The root image. */
  readonly root: number;
  /** Kernel and initrd of one flavour. */
  readonly boot: number;
  /** The layer that all flavours share. */
  readonly layer: number;
}

/** What one architecture of a build writes. */
export interface BuiltParts {
  readonly sizes: PartSizes;
  /** Number of flavours. */
  readonly flavours: number;
  /** Whether the root image is made from another one, which is kept meanwhile. */
  readonly customised: boolean;
  /** Whether the root image comes over the network: downloads are kept for a month. */
  readonly downloaded: boolean;
}

/** Bytes. */
export interface DiskNeeded {
  readonly mirror: number;
  readonly work: number;
  /** If mirror and work folder are on one file system: what is published is then a link. */
  readonly together: number;
}

/**
 * The disk that builds need, which run one after the other: what is downloaded and published stays, and in the work folder
 * the largest build counts. There, each file that a stage hands on is stored once, and each stage that runs has a copy of
 * the root image, of the layer, and of the kernel and initrd. Packages are unpacked in memory.
 *
 * In a build of two flavours in November 2026, at most 239 MB were used where 261 MB follow from this: the root image had 44 MB,
 * each kernel with its initrd 21 MB, and the layer 0.3 MB.
 *
 * @param builds the architectures of each
 * @param atOnce number of stages that run at the same time
 */
export function diskNeeded(builds: readonly (readonly BuiltParts[])[], atOnce: number): DiskNeeded {
  const all = builds.map((parts) => {
    const stages = Math.min(
      atOnce,
      sumOf(parts, ({ flavours }) => flavours),
    );
    return {
      downloads: sumOf(parts, ({ sizes, downloaded }) => (downloaded ? sizes.root : 0)),
      published: sumOf(parts, ({ sizes, flavours }) => sizes.root + flavours * sizes.boot),
      passing:
        sumOf(parts, ({ sizes, customised }) => sizes.layer + (customised ? sizes.root : 0)) +
        stages * Math.max(0, ...parts.map(({ sizes: { root, layer, boot } }) => root + layer + boot)),
    };
  });
  const mirror = sumOf(all, ({ published }) => published);
  const downloads = sumOf(all, (one) => one.downloads);
  return {
    mirror,
    work: downloads + Math.max(0, ...all.map(({ published, passing }) => published + passing)),
    together: mirror + downloads + Math.max(0, ...all.map(({ passing }) => passing)),
  };
}

function sumOf<Part>(parts: readonly Part[], of: (part: Part) => number): number {
  return parts.reduce((sum, part) => sum + of(part), 0);
}
