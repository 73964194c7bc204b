import { type Kernel, kernelsOf } from '../../catalog/kernels';
import { flavourOf, flavourSaid } from '../../catalog/names';
import { findRelease, type Release, releases } from '../../catalog/releases';
import { MirrorError } from '../../errors';
import type { BuildRequest } from '../build-request';
import { releaseFor } from './release-for';

/** One flavour of one architecture, and whether it must build for the architecture to be published. */
export interface WantedKernel {
  readonly kernel: string;
  readonly need: 'required' | 'optional';
}

export interface KernelChoice {
  readonly architecture: string;
  /** Empty if every requested flavour exists on other architectures only. */
  readonly kernels: readonly WantedKernel[];
  /** Requested flavours that do not exist on this architecture. */
  readonly leftOut: readonly string[];
}

/**
 * The flavours to build on each architecture of a request.
 * @throws UnknownRelease, UnknownKernel, NotSupported, BadInput (all misuse)
 */
export function kernelChoices(request: BuildRequest): KernelChoice[] {
  const release = releaseFor(request);
  const architectures = [...new Set(request.architectures)];
  if (request.kernels === undefined) return architectures.map((architecture) => usualKernels(release, architecture));
  const wanted = namedKernels(request.kernels, (word) => flavourFor(word, release, architectures));
  for (const { kernel } of wanted) checkKernel(release, architectures, kernel);
  return architectures.map((architecture) => {
    const exists = ({ kernel }: WantedKernel) => kernelAt(release, architecture, kernel) !== undefined;
    return {
      architecture,
      kernels: wanted.filter(exists),
      leftOut: wanted.filter((one) => !exists(one)).map(({ kernel }) => kernel),
    };
  });
}

/** The default flavours; of Ubuntu's releases only those that get later kernels have hwe. */
const usual = { ubuntu: ['ga', 'hwe'], debian: ['generic', 'cloud'] } as const;

/**
 * The flavours of a request that names none. Optional, except ga, where the release is described by rule: the archive may
 * not have its hwe kernels yet.
 */
export function usualKernels(release: Release, architecture: string): KernelChoice {
  const isKnown = findRelease(release.name) !== undefined;
  const names = usual[release.family].filter((name) => kernelAt(release, architecture, name)?.built);
  const kernels = names.map((kernel) => {
    return { kernel, need: isKnown || kernel === 'ga' ? ('required' as const) : ('optional' as const) };
  });
  return { architecture, kernels, leftOut: [] };
}

/** Each flavour once, by whatever name; one that is both required and optional is required. */
function namedKernels(
  { required, optional }: NonNullable<BuildRequest['kernels']>,
  flavour: (word: string) => string,
): WantedKernel[] {
  const needs = new Map<string, WantedKernel['need']>();
  for (const word of required) needs.set(flavour(word), 'required');
  for (const word of optional) needs.set(flavour(word), needs.get(flavour(word)) ?? 'optional');
  if (needs.size > 0) return [...needs].map(([kernel, need]) => ({ kernel, need }));
  throw new MirrorError('BadInput', 'the list of kernel flavours is empty', {
    hint: 'name a flavour, or leave the list out for the default flavours',
    misuse: true,
  });
}

/** `hwe` of `hwe-24.04`, which is a kernel of noble only. */
function flavourFor(word: string, release: Release, architectures: readonly string[]): string {
  const name = flavourOf(word, release);
  if (name !== undefined) return name;
  const { version = '' } = flavourSaid(word) ?? {};
  const owner = releases.find((one) => one.family === 'ubuntu' && one.version === version)?.name;
  throw new MirrorError(
    'UnknownKernel',
    `${word} is a kernel of ${owner === undefined ? version : `${owner} (${version})`}, not of ${release.name} (${release.version}); ${existing(release, architectures)}`,
    { hint: 'to build several releases, name the flavour without a version: "hwe"', misuse: true },
  );
}

/** Refuses a flavour that none of the requested architectures has, and one that is never built. */
function checkKernel(release: Release, architectures: readonly string[], name: string): void {
  const found = architectures.flatMap((architecture) => kernelAt(release, architecture, name) ?? []);
  if (found.length === 0) throw unknownKernel(release, architectures, name);
  const unbuilt = found.find(({ built }) => !built);
  if (unbuilt === undefined) return;
  throw new MirrorError('NotSupported', `kernel ${name} of ${release.name} cannot be built: ${unbuilt.whyNotBuilt}`, {
    hint: 'choose another kernel flavour',
    misuse: true,
  });
}

function unknownKernel(release: Release, architectures: readonly string[], name: string): MirrorError {
  return new MirrorError(
    'UnknownKernel',
    `${release.name} has no kernel ${JSON.stringify(name)} for ${architectures.join(', ')}; ${existing(release, architectures)}`,
    { hint: 'choose one of these, or build releases with different flavours in separate views', misuse: true },
  );
}

function existing(release: Release, architectures: readonly string[]): string {
  const lines = architectures.map((architecture) => {
    const names = kernelsOf(release, architecture).filter(({ built }) => built);
    return `${architecture} has ${names.map((kernel) => kernel.name).join(', ')}`;
  });
  return lines.join('; ');
}

function kernelAt(release: Release, architecture: string, name: string): Kernel | undefined {
  return kernelsOf(release, architecture).find((kernel) => kernel.name === name);
}
