import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

export interface MirrorSiteProps {
  /**
   * The bucket that holds the mirror, private, in the same stack or imported by its name.
   * @default - a new one: private, versioned, encrypted, kept when the stack goes
   */
  readonly bucket?: IBucket;

  /**
   * Host name that sites use: `images.example.com`. Its DNS record, an alias of `distribution`, is left to you.
   * @default - the one that CloudFront gives, `*.cloudfront.net`
   */
  readonly domainName?: string;

  /**
   * Certificate of `domainName`, in us-east-1: CloudFront takes none from elsewhere.
   * @default - none; required together with `domainName`
   */
  readonly certificate?: ICertificate;

  /**
   * Serves plain HTTP beside HTTPS, for machines that fetch from the mirror with no MAAS between and speak no TLS. What
   * MAAS reads is signed in either case. HTTP is never redirected: MAAS follows no redirect of a file.
   * @default false
   */
  readonly allowHttp?: boolean;

  /**
   * Networks that may read, IPv4 and IPv6: `198.51.100.0/24`. All others get 403.
   * @default - all may read
   */
  readonly allowedCidrs?: string[];

  /**
   * Asks for the name and password of a site, which `maas-mirror access add` makes.
   * @default false
   */
  readonly basicAuth?: boolean;

  /**
   * ARN of a WAFv2 web ACL of scope CLOUDFRONT, which lies in us-east-1. CloudFront's flat-rate plans demand one.
   * @default - none
   */
  readonly webAclId?: string;

  /**
   * Where CloudFront writes who read what. It writes by an ACL, which the bucket has to allow: object ownership
   * `OBJECT_WRITER` or `BUCKET_OWNER_PREFERRED`.
   * @default - nowhere
   */
  readonly accessLogsBucket?: IBucket;

  /**
   * Where S3 writes who did what in the bucket, if it is made here.
   * @default - nowhere
   */
  readonly serverAccessLogsBucket?: IBucket;

  /**
   * The edge locations that serve. Fewer cost less a byte; sites far from them read more slowly.
   * @default PriceClass.PRICE_CLASS_ALL
   */
  readonly priceClass?: PriceClass;
}
