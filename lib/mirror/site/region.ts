import { Token } from 'aws-cdk-lib';
import { canHaveSite } from '../../job/aws/regions';
import { refused } from '../refusals/synth-error';

/** @throws BadInput (misuse) for a region whose CloudFront cannot serve a mirror; a token is accepted */
export function checkRegion(region: string): void {
  if (Token.isUnresolved(region) || canHaveSite(region)) return;
  throw refused(
    [],
    `the stack is in ${region}, where CloudFront cannot serve a mirror`,
    'deploy to a region of the partition aws, such as us-east-1 or eu-west-1, or build and serve the mirror on one machine',
  );
}
