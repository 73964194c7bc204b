import { architectureOf } from '../catalog/architectures';
import { allKernelNames } from '../catalog/kernels';
import { releases as allReleases, releaseOf } from '../catalog/releases';
import { MirrorError } from '../errors';
import type { MaasMirrorProps } from './maas-mirror-props';

/** The props of a mirror, checked, with their defaults. */
export interface Settings {
  readonly releases: readonly string[];
  readonly architectures: readonly string[];
  readonly kernels: readonly string[];
  readonly maxConcurrency: number;
  readonly architecturesAtOnce: number;
  /** Of each architecture: limits of nested maps multiply. */
  readonly kernelsAtOnce: number;
}

/** @throws UnknownRelease, UnknownArchitecture, UnknownKernel, BadInput */
export function settingsOf(props: MaasMirrorProps): Settings {
  const {
    releases = allReleases.map(({ name }) => name),
    architectures = ['amd64', 'arm64'],
    kernels = allKernelNames,
    maxConcurrency = 5,
  } = props;
  for (const [name, list] of Object.entries({ releases, architectures, kernels })) checkList(name, list);
  for (const release of releases) releaseOf(release);
  for (const architecture of architectures) architectureOf(architecture);
  for (const kernel of kernels) checkKernel(kernel);
  checkConcurrency(maxConcurrency);

  const architecturesAtOnce = Math.min(architectures.length, maxConcurrency);
  const kernelsAtOnce = Math.floor(maxConcurrency / architecturesAtOnce);
  return { releases, architectures, kernels, maxConcurrency, architecturesAtOnce, kernelsAtOnce };
}

function checkList(name: string, list: readonly string[]): void {
  const twice = list.find((value, at) => list.indexOf(value) !== at);
  if (list.length > 0 && twice === undefined) return;
  const fault = twice === undefined ? 'is empty' : `names ${JSON.stringify(twice)} twice`;
  throw new MirrorError('BadInput', `the property ${name} ${fault}`, {
    hint: 'leave it out to have all of them, or name each that you want once',
    misuse: true,
  });
}

function checkKernel(kernel: string): void {
  if (allKernelNames.includes(kernel)) return;
  throw new MirrorError(
    'UnknownKernel',
    `no kernel flavour ${JSON.stringify(kernel)} is built; there are ${allKernelNames.join(', ')}`,
    { hint: 'name flavours as orders do, "hwe-edge", not "linux-generic-hwe-24.04-edge"', misuse: true },
  );
}

/** 40 is what an inline map runs at once, whatever it is told. */
function checkConcurrency(maxConcurrency: number): void {
  if (Number.isInteger(maxConcurrency) && maxConcurrency >= 1 && maxConcurrency <= 40) return;
  throw new MirrorError('BadInput', `the property maxConcurrency is ${maxConcurrency}`, {
    hint: 'it is a whole number from 1 to 40',
    misuse: true,
  });
}
