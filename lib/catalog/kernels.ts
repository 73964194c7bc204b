import { MirrorError } from '../errors';
import { type KernelRow, kernelRows, rowsByRule } from './kernel-rows';
import { isLts, type Release, releaseOf, releases } from './releases';
import { subarchesOf } from './subarches';

/** One kernel flavour of one release and architecture: what one product is about. */
export interface Kernel {
  /** `noble` */
  readonly release: string;
  /** The same with all that is known of it. */
  readonly ofRelease: Release;
  /** dpkg's word: `amd64` */
  readonly architecture: string;
  /**
   * The flavour as users say it: `ga`, `ga-lowlatency`, `hwe`, `hwe-lowlatency`, `hwe-edge`, `hwe-lowlatency-edge`,
   * `generic-lpae`, …; of Debian `generic`, `cloud`, `rt`.
   */
  readonly name: string;
  /** Without flavour: `hwe-24.04-edge`. */
  readonly subarch: string;
  /** `generic`, `lowlatency`, … */
  readonly kflavor: string;
  /** Series of the kernel; that of the release since xenial. */
  readonly krel: string;
  /** What apt is asked for, nearly always a meta package: `linux-generic-hwe-24.04`. */
  readonly package: string;
  /** Comma list of compatibility levels, by the rule of `subarches.ts`. */
  readonly subarches: string;
  /** Ending of the boot files' names, `.xgene`; mostly empty. */
  readonly suffix: string;
  /** Name of the device tree that belongs to it: `apm-mustang.dtb`. */
  readonly dtb?: string;
  /** Whether we build it; if not, `whyNotBuilt` says why. */
  readonly built: boolean;
  readonly whyNotBuilt?: string;
}

/** A release of the catalogue by its name, or one as it was described. */
export type OfRelease = string | Release;

/**
 * All kernels of a release, those that are not built included.
 *
 * @param architecture @default - all; none are found for one that the release does not have
 * @throws UnknownRelease
 */
export function kernelsOf(release: OfRelease, architecture?: string): readonly Kernel[] {
  const of = typeof release === 'string' ? releaseOf(release) : release;
  const all = catalogue.get(of) ?? kernelsIn(of);
  return all.filter((one) => (architecture ?? one.architecture) === one.architecture);
}

/** @throws UnknownRelease, UnknownArchitecture, UnknownKernel (misuse), listing those that exist */
export function kernelOf(release: OfRelease, architecture: string, name: string): Kernel {
  checkArchitecture(release, architecture);
  const candidates = kernelsOf(release, architecture);
  const kernel = candidates.find((one) => one.name === name);
  if (kernel) return kernel;
  const names = candidates.map((one) => (one.built ? one.name : `${one.name} (not built)`)).join(', ');
  throw new MirrorError(
    'UnknownKernel',
    `${nameOf(release)} has no kernel ${JSON.stringify(name)} for ${architecture}; there are ${names}`,
    { hint: 'ask for one of these, or for this one on the architectures that have it', misuse: true },
  );
}

/** @throws UnknownRelease */
export function architecturesOf(release: OfRelease): string[] {
  return [...new Set(kernelsOf(release).map(({ architecture }) => architecture))];
}

/** @throws UnknownRelease, UnknownArchitecture (misuse), listing those that exist */
export function checkArchitecture(release: OfRelease, architecture: string): void {
  const existing = architecturesOf(release);
  if (existing.includes(architecture)) return;
  throw new MirrorError(
    'UnknownArchitecture',
    `${nameOf(release)} has no architecture ${JSON.stringify(architecture)}; there are ${existing.join(', ')}`,
    { hint: 'name an architecture as dpkg does, "amd64", not "x86_64"', misuse: true },
  );
}

const nameOf = (release: OfRelease) => (typeof release === 'string' ? release : release.name);

function kernelsIn(release: Release): readonly Kernel[] {
  return rowsOf(release).flatMap((row) =>
    row.architectures.map((architecture) => kernelOfRow(row, release, architecture)),
  );
}

/** Rows of the catalogue, and by rule what a description adds to them. */
function rowsOf(release: Release): readonly KernelRow[] {
  const known = Object.hasOwn(kernelRows, release.name) ? (kernelRows[release.name] ?? []) : [];
  const added = (release.architectures ?? []).filter((one) => !known.some((row) => row.architectures.includes(one)));
  return [...known, ...rowsByRule(added, isLts(release))];
}

const catalogue: ReadonlyMap<Release, readonly Kernel[]> = new Map(
  releases.map((release) => [release, kernelsIn(release)]),
);

/** The flavour names of all kernels that are built, sorted: each has a build project of its own. */
export const allKernelNames: readonly string[] = [
  ...new Set(
    [...catalogue.values()]
      .flat()
      .filter(({ built }) => built)
      .map(({ name }) => name),
  ),
].sort();

function kernelOfRow(row: KernelRow, ofRelease: Release, architecture: string): Kernel {
  const { name, kflavor, suffix = '', dtb, whyNotBuilt } = row;
  const { name: release, version } = ofRelease;
  const subarch = row.subarch.replace('R', version);
  return {
    release,
    ofRelease,
    architecture,
    name,
    subarch,
    kflavor,
    krel: release,
    package: row.package.replace('R', version),
    subarches: subarchesOf(subarch, architecture),
    suffix,
    ...(dtb && { dtb }),
    built: !whyNotBuilt,
    ...(whyNotBuilt && { whyNotBuilt }),
  };
}
