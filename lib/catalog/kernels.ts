import { MirrorError } from '../errors';
import { type KernelRow, kernelRows, rowsByRule } from './kernel-rows';
import { isLts, type Release, releaseOf, releases } from './releases';
import { subarchesOf } from './subarches';

/** One kernel flavour of one release and architecture: the subject of one product. */
export interface Kernel {
  /** `noble` */
  readonly release: string;
  /** The same, with everything that is known about it. */
  readonly ofRelease: Release;
  /** dpkg's name: `amd64` */
  readonly architecture: string;
  /**
   * The flavour as users name it: `ga`, `ga-lowlatency`, `hwe`, `hwe-lowlatency`, `hwe-edge`, `hwe-lowlatency-edge`,
   * `generic-lpae`, …; for Debian `generic`, `cloud`, `rt`.
   */
  readonly name: string;
  /** Without flavour: `hwe-24.04-edge`. */
  readonly subarch: string;
  /** `generic`, `lowlatency`, … */
  readonly kflavor: string;
  /** Series of the kernel; that of the release since xenial. */
  readonly krel: string;
  /** The package to install, nearly always a meta package: `linux-generic-hwe-24.04`. */
  readonly package: string;
  /** Comma-separated compatibility levels, from `subarches.ts`. */
  readonly subarches: string;
  /** Suffix of the boot files' names, `.xgene`; usually empty. */
  readonly suffix: string;
  /** Name of its device tree: `apm-mustang.dtb`. */
  readonly dtb?: string;
  /** Whether we build it; if not, `whyNotBuilt` has the reason. */
  readonly built: boolean;
  readonly whyNotBuilt?: string;
}

/** The name of a release in the catalogue, or a described release. */
export type OfRelease = string | Release;

/**
 * All kernels of a release, including those that are not built.
 *
 * @param architecture @default - all. Empty result for one that the release does not have
 * @throws UnknownRelease
 */
export function kernelsOf(release: OfRelease, architecture?: string): readonly Kernel[] {
  const of = typeof release === 'string' ? releaseOf(release) : release;
  const all = catalogue.get(of) ?? kernelsIn(of);
  return all.filter((one) => (architecture ?? one.architecture) === one.architecture);
}

/** @throws UnknownRelease, UnknownArchitecture, UnknownKernel (misuse), listing the existing ones */
export function kernelOf(release: OfRelease, architecture: string, name: string): Kernel {
  checkArchitecture(release, architecture);
  const candidates = kernelsOf(release, architecture);
  const kernel = candidates.find((one) => one.name === name);
  if (kernel) return kernel;
  const names = candidates.map((one) => (one.built ? one.name : `${one.name} (not built)`)).join(', ');
  throw new MirrorError(
    'UnknownKernel',
    `${nameOf(release)} has no kernel ${JSON.stringify(name)} for ${architecture}; it has ${names}`,
    { hint: 'choose one of these, or an architecture that has this kernel', misuse: true },
  );
}

/** @throws UnknownRelease */
export function architecturesOf(release: OfRelease): string[] {
  return [...new Set(kernelsOf(release).map(({ architecture }) => architecture))];
}

/** @throws UnknownRelease, UnknownArchitecture (misuse), listing the existing ones */
export function checkArchitecture(release: OfRelease, architecture: string): void {
  const existing = architecturesOf(release);
  if (existing.includes(architecture)) return;
  throw new MirrorError(
    'UnknownArchitecture',
    `${nameOf(release)} has no architecture ${JSON.stringify(architecture)}; it has ${existing.join(', ')}`,
    { hint: 'use dpkg names, such as "amd64", not "x86_64"', misuse: true },
  );
}

const nameOf = (release: OfRelease) => (typeof release === 'string' ? release : release.name);

function kernelsIn(release: Release): readonly Kernel[] {
  return rowsOf(release).flatMap((row) =>
    row.architectures.map((architecture) => kernelOfRow(row, release, architecture)),
  );
}

/** Rows of the catalogue, and rows by rule for architectures that a description adds. */
function rowsOf(release: Release): readonly KernelRow[] {
  const known = Object.hasOwn(kernelRows, release.name) ? (kernelRows[release.name] ?? []) : [];
  const added = (release.architectures ?? []).filter((one) => !known.some((row) => row.architectures.includes(one)));
  return [...known, ...rowsByRule(added, isLts(release))];
}

const catalogue: ReadonlyMap<Release, readonly Kernel[]> = new Map(
  releases.map((release) => [release, kernelsIn(release)]),
);

/** The flavour names of all kernels that are built, sorted. Each has its own build project. */
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
