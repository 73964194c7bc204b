/* stages/sisters: flavours of an architecture, which must have one root. */

import type { Release } from '../../catalog/releases';
import { MirrorError } from '../../errors';
import type { SelectInput } from '../../job/handed-on/publish-input';
import type { Selected, SelectedFlavour } from '../../job/handed-on/results';
import type { Job } from '../../job/job';
import type { Products } from '../../simplestreams/types';
import { newestName } from '../updates/updates';
import { type Sister, sistersWithOtherRoot } from './sisters';

/** What is known when the builds are chosen. */
interface Choosing {
  readonly input: SelectInput;
  readonly release: Release;
  readonly job: Job;
}

/**
 * The builds of the chosen flavours. Published flavours that are not built, and would stay behind with another root, take
 * part with their last kernel and initrd; so do optional ones if their build fails.
 * @throws UnknownKernel for a published flavour that cannot be booted here
 */
export function withSisters(
  chosen: readonly SelectedFlavour[],
  document: Products | undefined,
  { input, ...of }: Choosing,
): Pick<Selected, 'build' | 'flavours'> {
  const made = chosen.filter(({ builtAs }) => builtAs !== '').map(({ kernel }) => kernel);
  if (made.length === 0) return { build: [], flavours: [...chosen] };
  const root = (input.root.result ?? input.fetched.result).squashfs.sha256;
  const sisters = sistersWithOtherRoot(document, made, root, of);
  const behind = sisters.filter(({ kernel }) => kernel === undefined || !made.includes(kernel));
  const kept = behind.map((one) => keptAs(one, chosen));
  const others = chosen.filter(({ kernel }) => !kept.some((one) => one.kernel === kernel));
  const isBehind = (kernel: string) => sisters.some((one) => one.kernel === kernel);
  return {
    build: [...buildsOf(chosen, isBehind), ...kept.map(({ kernel, need }) => ({ kernel, need, how: 'keep' as const }))],
    flavours: [...others, ...kept],
  };
}

/** One build per set of packages, required if one of its flavours is. */
function buildsOf(flavours: readonly SelectedFlavour[], isBehind: (kernel: string) => boolean): Selected['build'] {
  const kernels = [...new Set(flavours.map(({ builtAs }) => builtAs).filter(Boolean))];
  return kernels.map((kernel) => {
    const required = flavours.some(({ builtAs, need }) => builtAs === kernel && need === 'required');
    if (required) return { kernel, need: 'required', how: 'build' };
    return { kernel, need: 'optional', how: isBehind(kernel) ? 'build or keep' : 'build' };
  });
}

function keptAs({ kernel, product, productId }: Sister, chosen: readonly SelectedFlavour[]): SelectedFlavour {
  if (kernel === undefined) throw unknown(productId);
  const nothing = { need: 'optional', imagePackage: '', imageVersion: '', packages: '' } as const;
  const known = chosen.find((one) => one.kernel === kernel) ?? { kernel, ...nothing };
  return { ...known, builtAs: kernel, newest: newestName(product) };
}

function unknown(productId: string): MirrorError {
  return new MirrorError('UnknownKernel', `${productId} is published with another root and cannot be booted here`, {
    hint: 'MAAS needs one root for all flavours: remove it from the view, or build it elsewhere',
  });
}
