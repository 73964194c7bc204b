import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { MaasMirrorProps } from '../maas-mirror-props';
import type { Path } from '../refusals/property-path';
import { inPart } from '../refusals/synth-error';
import { MirrorSite } from './mirror-site';

/** The site of a mirror. @throws BadInput (misuse) naming the properties of the mirror */
export function siteOf(mirror: Construct & { readonly mirrorBucket: IBucket }, { site }: MaasMirrorProps): MirrorSite {
  const pathInMirror = (path: Path) => (path[0] === 'bucket' ? ['mirrorBucket'] : ['site', ...path]);
  return inPart(pathInMirror, () => new MirrorSite(mirror, 'Site', { ...site, bucket: mirror.mirrorBucket }));
}
