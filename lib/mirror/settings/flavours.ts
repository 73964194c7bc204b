import { kernelsOf } from '../../catalog/kernels';
import { flavourOf } from '../../catalog/names';
import type { Release } from '../../catalog/releases';
import { MirrorError } from '../../errors';
import type { BuildRequest } from '../../job/build-request';
import { bootloadersRequest } from '../../job/job';
import { usualKernels } from '../../job/releases/kernel-choice';
import { releaseFor } from '../../job/releases/release-for';
import { checks } from '../checks';
import type { KernelFlavour } from '../choices/kernel-flavour';

/** What a mirror is for. */
interface Scope {
  readonly releases: readonly Release[];
  readonly architectures: readonly string[];
}

/**
 * The flavours that a mirror without the property `kernels` has projects for, sorted: those that its orders want, and the
 * usual ones of its releases, which an order by hand has that names none.
 */
export function usedFlavours(requests: readonly BuildRequest[], { releases, architectures }: Scope): string[] {
  const usual = releases.flatMap((release) => architectures.flatMap((one) => usualKernels(release, one).kernels));
  return [...new Set([...requests.flatMap(flavoursOf), ...usual.map(({ kernel }) => kernel)])].sort();
}

function flavoursOf(request: BuildRequest): string[] {
  return checks()
    .planOf(request, 'synth')
    .architectures.flatMap(({ kernels }) => kernels.map(({ kernel }) => kernel));
}

/** A flavour by its name in the catalogue, and as it was asked for: `hwe`, `hwe-24.04`. */
type Named = Pick<KernelFlavour, 'name' | 'asked'>;

/**
 * An order of a view that names no flavours, in a mirror that does: it means those of the mirror that the release has.
 * `hwe-24.04` is noble's alone.
 * @throws BadInput (misuse) where the release has none of them
 */
export function withFlavoursOf(named: readonly Named[] | undefined, request: BuildRequest): BuildRequest {
  const { release, architectures, view } = request;
  if (named === undefined || request.kernels !== undefined || release === bootloadersRequest) return request;
  const known = releaseFor(request);
  const built = architectures.flatMap((one) => kernelsOf(known, one)).filter((kernel) => kernel.built);
  const required = named
    .filter(({ name, asked }) => flavourOf(asked, known) === name && built.some((kernel) => kernel.name === name))
    .map(({ name }) => name);
  if (required.length > 0) return { ...request, kernels: { required, optional: [] } };
  const words = named.map(({ asked }) => asked).join(', ');
  throw new MirrorError(
    'BadInput',
    `the property kernels has ${words}, and ${release} of the view ${view} has none of these`,
    { hint: `name one that it has, too: ${[...new Set(built.map(({ name }) => name))].join(', ')}`, misuse: true },
  );
}
