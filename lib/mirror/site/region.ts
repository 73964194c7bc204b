import { Token } from 'aws-cdk-lib';
import { MirrorError } from '../../errors';
import { canHaveSite } from '../../job/aws/regions';

/** @throws BadInput (misuse) for a region whose CloudFront cannot serve a mirror; one that only the deployment knows passes */
export function checkRegion(region: string): void {
  if (Token.isUnresolved(region) || canHaveSite(region)) return;
  throw new MirrorError('BadInput', `the region of the stack is ${region}, whose CloudFront cannot serve a mirror`, {
    hint: 'deploy to a region of the partition aws, such as us-east-1 or eu-west-1, or build and serve the mirror on one machine: maas-mirror build, maas-mirror serve',
    misuse: true,
  });
}
