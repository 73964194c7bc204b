import { Validations } from 'aws-cdk-lib';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import type { MirrorSiteProps } from './mirror-site-props';

/** Says of what cdk-nag's AwsSolutions finds in a site why it is as it is, or which property changes it. */
export function acknowledgeSiteFindings(distribution: Distribution, props: MirrorSiteProps): void {
  const findings: readonly (readonly [id: string, holds: boolean, reason: string])[] = [
    ['CFR1', true, 'images are public software for sites in any country; allowedCidrs and webAclId keep others out'],
    [
      'CFR2',
      props.webAclId === undefined,
      'files to be read, and nothing that takes input; webAclId brings a firewall',
    ],
    ['CFR3', props.accessLogsBucket === undefined, 'who reads is logged where accessLogsBucket is given'],
    ['CFR4', props.certificate === undefined, 'the certificate of cloudfront.net leaves no choice; domainName does'],
  ];
  for (const [id, holds, reason] of findings) {
    if (holds) Validations.of(distribution).acknowledge({ id: `AwsSolutions-${id}`, reason });
  }
}
