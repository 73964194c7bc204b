import { kernelsOf } from '../../catalog/kernels';
import { flavourOf } from '../../catalog/names';
import type { Release } from '../../catalog/releases';
import type { BuildRequest } from '../../job/build-request';
import { bootloadersRequest } from '../../job/job';
import { usualKernels } from '../../job/releases/kernel-choice';
import { releaseFor } from '../../job/releases/release-for';
import type { KernelFlavour } from '../choices/kernel-flavour';
import { refused } from '../refusals/synth-error';

/** What a mirror can build. */
interface Scope {
  readonly releases: readonly Release[];
  readonly architectures: readonly string[];
}

/**
 * The flavours that a mirror without the property `kernels` has projects for, sorted: those of its views, and the default
 * flavours of its releases, for build requests that name none.
 * @param planned flavours of its views
 */
export function usedFlavours(planned: readonly string[], { releases, architectures }: Scope): string[] {
  const usual = releases.flatMap((release) => architectures.flatMap((one) => usualKernels(release, one).kernels));
  return [...new Set([...planned, ...usual.map(({ kernel }) => kernel)])].sort();
}

/** A flavour by its name in the catalogue, and as the user wrote it: `hwe`, `hwe-24.04`. */
type Named = Pick<KernelFlavour, 'name' | 'requestedName'>;

/**
 * Adds the flavours of the mirror that the release has to the build request of a view that sets none. Only noble has
 * `hwe-24.04`.
 * @throws BadInput (misuse) if the release has none of them
 */
export function withFlavoursOf(named: readonly Named[] | undefined, request: BuildRequest): BuildRequest {
  const { release, architectures, view } = request;
  if (named === undefined || request.kernels !== undefined || release === bootloadersRequest) return request;
  const known = releaseFor(request);
  const built = architectures.flatMap((one) => kernelsOf(known, one)).filter((kernel) => kernel.built);
  const required = named
    .filter(
      ({ name, requestedName }) =>
        flavourOf(requestedName, known) === name && built.some((kernel) => kernel.name === name),
    )
    .map(({ name }) => name);
  if (required.length > 0) return { ...request, kernels: { required, optional: [] } };
  const words = named.map((one) => one.requestedName).join(', ');
  throw refused(
    ['kernels'],
    `has only ${words}, and ${release} in the view ${JSON.stringify(view)} has none of these`,
    `add a flavour that ${release} has: ${[...new Set(built.map(({ name }) => name))].join(', ')}`,
  );
}
