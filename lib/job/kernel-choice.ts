import { type Kernel, kernelsOf } from '../catalog/kernels';
import { releaseOf } from '../catalog/releases';
import { MirrorError } from '../errors';
import type { Order } from './order';

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
export function kernelChoices(order: Order): KernelChoice[] {
  const architectures = [...new Set(order.architectures)];
  if (order.kernels === undefined)
    return architectures.map((architecture) => usualKernels(order.release, architecture));
  const wanted = namedKernels(order.kernels);
  for (const { kernel } of wanted) checkKernel(order.release, architectures, kernel);
  return architectures.map((architecture) => {
    const exists = ({ kernel }: WantedKernel) => kernelAt(order.release, architecture, kernel) !== undefined;
    return {
      architecture,
      kernels: wanted.filter(exists),
      leftOut: wanted.filter((one) => !exists(one)).map(({ kernel }) => kernel),
    };
  });
}

/** Of Ubuntu's: hwe exists only where a later kernel comes to a release. */
const usual = { ubuntu: ['ga', 'hwe'], debian: ['generic', 'cloud'] } as const;

function usualKernels(release: string, architecture: string): KernelChoice {
  const names = usual[releaseOf(release).family].filter((name) => kernelAt(release, architecture, name)?.built);
  return { architecture, kernels: names.map((kernel) => ({ kernel, need: 'required' })), leftOut: [] };
}

/** Each flavour once; one that is named as required and as optional is required. */
function namedKernels({ required, optional }: NonNullable<Order['kernels']>): WantedKernel[] {
  const needs = new Map<string, WantedKernel['need']>();
  for (const kernel of required) needs.set(kernel, 'required');
  for (const kernel of optional) needs.set(kernel, needs.get(kernel) ?? 'optional');
  if (needs.size > 0) return [...needs].map(([kernel, need]) => ({ kernel, need }));
  throw new MirrorError('BadInput', 'the order has kernels, but names none', {
    hint: 'name a flavour, or leave kernels out to have the usual ones',
    misuse: true,
  });
}

/** Refuses a flavour that no ordered architecture has, and one that we do not build. */
function checkKernel(release: string, architectures: readonly string[], name: string): void {
  const found = architectures.flatMap((architecture) => kernelAt(release, architecture, name) ?? []);
  if (found.length === 0) throw unknownKernel(release, architectures, name);
  const unbuilt = found.find(({ built }) => !built);
  if (unbuilt === undefined) return;
  throw new MirrorError('NotSupported', `kernel ${name} of ${release} is not built: ${unbuilt.whyNotBuilt}`, {
    hint: 'order another kernel flavour',
    misuse: true,
  });
}

function unknownKernel(release: string, architectures: readonly string[], name: string): MirrorError {
  const existing = architectures.map((architecture) => {
    const names = kernelsOf(release, architecture).filter(({ built }) => built);
    return `${architecture} has ${names.map((kernel) => kernel.name).join(', ')}`;
  });
  return new MirrorError(
    'UnknownKernel',
    `${release} has no kernel ${JSON.stringify(name)} for ${architectures.join(', ')}; ${existing.join('; ')}`,
    { hint: 'order one of these, or other architectures', misuse: true },
  );
}

function kernelAt(release: string, architecture: string, name: string): Kernel | undefined {
  return kernelsOf(release, architecture).find((kernel) => kernel.name === name);
}
