import { familyOf } from '../../catalog/releases';
import type { BuildRequest } from '../../job/build-request';
import { checks } from '../checks';
import type { MaasMirrorProps } from '../maas-mirror-props';
import { pathOfView } from '../origins/property-names';
import { atSynth } from '../refusals/synth-error';

/**
 * The kernel flavours that a build request means, on any of its architectures.
 * @throws UnknownArchitecture, UnknownKernel, NotSupported, BadInput (all misuse) naming the view
 */
export function flavoursOf(request: BuildRequest, props: MaasMirrorProps): string[] {
  const path = pathOfView(props, request.view);
  const hints = familyOf(request.release) === 'debian' ? { ...everyHint, NotSupported: debianHint } : everyHint;
  const plan = atSynth({ path, hints }, () => checks().planOf(request, 'synth'));
  return plan.architectures.flatMap(({ kernels }) => kernels.map(({ kernel }) => kernel));
}

const everyHint = {
  UnknownArchitecture:
    'use an architecture that the release has; releases with different architectures need separate views',
  UnknownKernel: 'use a flavour that the release has; releases with different flavours need separate views',
};

const debianHint = 'for Debian, use deb822 stanzas as repositories, and the URL of an archive instead of a snapshot';
