import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { acknowledge } from '../findings';
import type { MirrorSiteProps } from './mirror-site-props';

/** Acknowledges what cdk-nag's AwsSolutions finds in a site, with the reason or the property that changes it. */
export function acknowledgeSiteFindings(distribution: Distribution, props: MirrorSiteProps): void {
  const findings: readonly (readonly [id: string, holds: boolean, reason: string])[] = [
    ['CFR1', true, 'images are public software for sites in any country; allowedCidrs and webAclId restrict access'],
    ['CFR2', props.webAclId === undefined, 'the site serves files and accepts no input; webAclId adds a firewall'],
    ['CFR3', props.accessLogsBucket === undefined, 'requests are logged if accessLogsBucket is set'],
    [
      'CFR4',
      props.certificate === undefined,
      'the certificate of cloudfront.net has a fixed TLS policy; domainName and certificate change that',
    ],
  ];
  for (const [id, holds, reason] of findings) {
    if (holds) acknowledge(distribution, id, reason);
  }
}
