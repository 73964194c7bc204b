import { checkArchitecture } from '../../catalog/kernels';
import { familyOf } from '../../catalog/releases';
import type { BuildRequest } from '../../job/build-request';
import { bootloadersRequest } from '../../job/job';
import { releaseFor } from '../../job/releases/release-for';
import { checks } from '../checks';
import type { MaasMirrorProps } from '../maas-mirror-props';
import { pathOfView } from '../origins/property-names';
import type { Path } from '../refusals/property-path';
import { atSynth, refused } from '../refusals/synth-error';

/**
 * The kernel flavours that a build request means, on any of its architectures.
 * @throws UnknownArchitecture, UnknownKernel, NotSupported, BadInput (all misuse) naming the view, or the property to change
 */
export function flavoursOf(request: BuildRequest, props: MaasMirrorProps): string[] {
  if (request.release === bootloadersRequest) return [];
  checkArchitectures(request, props);
  const isDebian = familyOf(request.release) === 'debian';
  if (isDebian) refuseSnapshot(request);
  const hints = isDebian ? { NotSupported: debianHint } : {};
  const path = pathOfView(props, request.view);
  const plan = atSynth({ path, hints }, () => checks().planOf(request, 'synth'));
  return plan.architectures.flatMap(({ kernels }) => kernels.map(({ kernel }) => kernel));
}

function checkArchitectures(request: BuildRequest, props: MaasMirrorProps): void {
  const release = releaseFor(request);
  atSynth({ path: architecturesPath(request, props), hints: { UnknownArchitecture: architectureHint } }, () => {
    for (const architecture of request.architectures) checkArchitecture(release, architecture);
  });
}

/** The property that the architectures of a view come from: its own, or that of the mirror. */
function architecturesPath({ view }: BuildRequest, props: MaasMirrorProps): Path {
  const path = pathOfView(props, view);
  if (props.views?.find(({ name }) => name === view)?.architectures !== undefined) return [...path, 'architectures'];
  return props.architectures === undefined ? path : ['architectures'];
}

/** One property sets the snapshot for all views. */
function refuseSnapshot({ release, sources }: BuildRequest): void {
  if (sources.snapshot === undefined) return;
  const text = `is set, but snapshots are not available for Debian releases (${release})`;
  throw refused(['sources', 'snapshot'], text, 'omit it, and set the URL of an archive instead', 'NotSupported');
}

const architectureHint =
  'use an architecture that the release has; releases with different architectures need separate views';

const debianHint = 'for Debian, use deb822 stanzas as repositories';
