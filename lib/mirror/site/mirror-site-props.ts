import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

export interface MirrorSiteProps {
  /**
   * The private bucket that holds the mirror, in the same stack or imported by name.
   * @default - a new one: private, versioned, encrypted, retained when the stack is deleted
   */
  readonly bucket?: IBucket;

  /**
   * Host name of the mirror: `images.example.com`. You create its DNS record, an alias of `distribution`.
   * @default - the host name that CloudFront assigns, `*.cloudfront.net`
   */
  readonly domainName?: string;

  /**
   * Certificate for `domainName`; CloudFront requires that it is in us-east-1.
   * @default - none; required together with `domainName`
   */
  readonly certificate?: ICertificate;

  /**
   * Serve HTTP in addition to HTTPS, for machines without TLS that fetch directly from the mirror. What MAAS reads is signed
   * in either case. HTTP is never redirected to HTTPS: MAAS does not follow redirects of files.
   * @default false
   */
  readonly allowHttp?: boolean;

  /**
   * Networks that have access, IPv4 and IPv6: `198.51.100.0/24`. All others get status 403.
   * @default - all networks
   */
  readonly allowedCidrs?: string[];

  /**
   * Require the name and password of a site; `maas-mirror access add` creates them.
   * @default false
   */
  readonly basicAuth?: boolean;

  /**
   * ARN of a WAFv2 web ACL with scope CLOUDFRONT, which is in us-east-1. CloudFront's flat-rate plans require one.
   * @default - none
   */
  readonly webAclId?: string;

  /**
   * Bucket for the access logs of CloudFront. It must allow ACLs: object ownership `OBJECT_WRITER` or
   * `BUCKET_OWNER_PREFERRED`.
   * @default - no access logs
   */
  readonly accessLogsBucket?: IBucket;

  /**
   * Bucket for the server access logs of the new bucket, if `bucket` is not set.
   * @default - no server access logs
   */
  readonly serverAccessLogsBucket?: IBucket;

  /**
   * Edge locations that serve the mirror. Fewer locations cost less per byte, but are slower for sites far from them.
   * @default PriceClass.PRICE_CLASS_ALL
   */
  readonly priceClass?: PriceClass;
}
