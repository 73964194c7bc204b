import { type Kernel, kernelsOf } from '../../catalog/kernels';
import { flavourOf, flavourSaid } from '../../catalog/names';
import { findRelease, type Release, releases } from '../../catalog/releases';
import { MirrorError } from '../../errors';
import type { BuildRequest } from '../build-request';
import { releaseFor } from './release-for';

/** One flavour of one architecture, and whether the architecture is published without it. */
export interface WantedKernel {
  readonly kernel: string;
  readonly need: 'required' | 'optional';
}

export interface KernelChoice {
  readonly architecture: string;
  /** May be empty where all that were named exist on other architectures only. */
  readonly kernels: readonly WantedKernel[];
  /** Flavours that were named and do not exist here. */
  readonly leftOut: readonly string[];
}

/**
 * Which flavours an order means on each of its architectures.
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

/** Of Ubuntu's: hwe exists only where a later kernel comes to a release. */
const usual = { ubuntu: ['ga', 'hwe'], debian: ['generic', 'cloud'] } as const;

/** Those of an order that names none. That a release has hwe kernels where only a rule says so, the archive may not know yet. */
export function usualKernels(release: Release, architecture: string): KernelChoice {
  const isKnown = findRelease(release.name) !== undefined;
  const names = usual[release.family].filter((name) => kernelAt(release, architecture, name)?.built);
  const kernels = names.map((kernel) => {
    return { kernel, need: isKnown || kernel === 'ga' ? ('required' as const) : ('optional' as const) };
  });
  return { architecture, kernels, leftOut: [] };
}

/** Each flavour once, however it is called; one that is named as required and as optional is required. */
function namedKernels(
  { required, optional }: NonNullable<BuildRequest['kernels']>,
  flavour: (word: string) => string,
): WantedKernel[] {
  const needs = new Map<string, WantedKernel['need']>();
  for (const word of required) needs.set(flavour(word), 'required');
  for (const word of optional) needs.set(flavour(word), needs.get(flavour(word)) ?? 'optional');
  if (needs.size > 0) return [...needs].map(([kernel, need]) => ({ kernel, need }));
  throw new MirrorError('BadInput', 'the order has kernels, but names none', {
    hint: 'name a flavour, or leave kernels out to have the usual ones',
    misuse: true,
  });
}

/** `hwe` of `hwe-24.04`, which is a kernel of noble alone. */
function flavourFor(word: string, release: Release, architectures: readonly string[]): string {
  const name = flavourOf(word, release);
  if (name !== undefined) return name;
  const { version = '' } = flavourSaid(word) ?? {};
  const owner = releases.find((one) => one.family === 'ubuntu' && one.version === version)?.name;
  throw new MirrorError(
    'UnknownKernel',
    `${word} is a kernel of ${owner === undefined ? version : `${owner} (${version})`}, not of ${release.name} (${release.version}); ${existing(release, architectures)}`,
    { hint: 'name the flavour without a version, "hwe", where several releases are built', misuse: true },
  );
}

/** Refuses a flavour that no ordered architecture has, and one that we do not build. */
function checkKernel(release: Release, architectures: readonly string[], name: string): void {
  const found = architectures.flatMap((architecture) => kernelAt(release, architecture, name) ?? []);
  if (found.length === 0) throw unknownKernel(release, architectures, name);
  const unbuilt = found.find(({ built }) => !built);
  if (unbuilt === undefined) return;
  throw new MirrorError('NotSupported', `kernel ${name} of ${release.name} is not built: ${unbuilt.whyNotBuilt}`, {
    hint: 'order another kernel flavour',
    misuse: true,
  });
}

function unknownKernel(release: Release, architectures: readonly string[], name: string): MirrorError {
  return new MirrorError(
    'UnknownKernel',
    `${release.name} has no kernel ${JSON.stringify(name)} for ${architectures.join(', ')}; ${existing(release, architectures)}`,
    { hint: 'order one of these, or other architectures', misuse: true },
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
