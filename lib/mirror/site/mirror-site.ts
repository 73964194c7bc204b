/* mirror/site: public access to the bucket: CloudFront. */

import { CfnOutput, Names, Stack } from 'aws-cdk-lib';
import {
  AccessLevel,
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Function as CloudFrontFunction,
  Distribution,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  KeyValueStore,
  PriceClass,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
  SSLMethod,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { MirrorError } from '../../errors';
import { optionalStackOutputs, stackOutputs } from '../../job/aws/stack-outputs';
import { mirror } from '../../job/layout';
import { mirrorBucket } from '../buckets';
import { addressBeginnings, hasIpv6 } from './address-beginnings';
import { checkSite } from './check-site';
import type { MirrorSiteProps } from './mirror-site-props';
import { acknowledgeSiteFindings } from './site-findings';
import { tellMissingFromForbidden } from './tell-missing-from-forbidden';
import { viewerRequestCode } from './viewer-request';

/**
 * The mirror as MAAS sees it: a private bucket behind CloudFront, which maps every view onto the pool.
 * @example
 * const site = new MirrorSite(stack, 'Site', { allowedCidrs: ['198.51.100.0/24'] });
 */
export class MirrorSite extends Construct {
  /** The mirror itself. */
  readonly bucket: IBucket;
  readonly distribution: Distribution;
  readonly originAccessControl: S3OriginAccessControl;
  /** Maps paths and keeps strangers out. */
  readonly viewerRequest: CloudFrontFunction;
  /** Names of the sites that may read, with salted digests of their passwords; undefined without `basicAuth`. */
  readonly credentials?: KeyValueStore;
  /** Address of the mirror, with a slash at its end; views lie below it. */
  readonly url: string;
  /** Address of the keyring that MAAS wants. */
  readonly keyringUrl: string;

  /** @throws BadInput for props that do not go together */
  constructor(scope: Construct, id: string, props: MirrorSiteProps = {}) {
    super(scope, id);
    checkSite(this, props);
    const allowed = props.allowedCidrs && addressBeginnings(props.allowedCidrs);

    this.bucket = props.bucket ?? mirrorBucket(this, 'MirrorBucket', props.serverAccessLogsBucket);
    this.credentials = props.basicAuth ? this.makeCredentials() : undefined;
    this.viewerRequest = this.makeViewerRequest(allowed);
    this.originAccessControl = this.makeOriginAccessControl();
    this.distribution = this.makeDistribution(props, allowed);
    tellMissingFromForbidden(this, this.bucket, this.distribution);
    acknowledgeSiteFindings(this.distribution, props);

    this.url = `https://${props.domainName ?? this.distribution.distributionDomainName}/`;
    this.keyringUrl = `${this.url}${mirror.keyring}`;
    this.output(stackOutputs.mirrorUrl, this.url);
    this.output(stackOutputs.keyringUrl, this.keyringUrl);
    if (this.credentials) this.output(optionalStackOutputs.credentialsStoreArn, this.credentials.keyValueStoreArn);
  }

  /** Lets somebody read the mirror in its bucket, as `maas-mirror verify s3://…` does. */
  grantRead(grantee: IGrantable): Grant {
    return Grant.addToPrincipalOrResource({
      grantee,
      actions: ['s3:GetObject', 's3:ListBucket'],
      resourceArns: [this.bucket.bucketArn, this.bucket.arnForObjects('*')],
      resource: this.bucket,
    });
  }

  /**
   * Lets somebody say which sites may read, as `maas-mirror access` does, which reads the stack's outputs besides.
   * @throws BadInput where nobody is asked for a password
   */
  grantManageAccess(grantee: IGrantable): Grant {
    if (this.credentials === undefined) {
      throw new MirrorError('BadInput', `the site ${this.node.path} asks for no passwords`, {
        hint: 'make it with basicAuth: true',
        misuse: true,
      });
    }
    const verbs = ['DescribeKeyValueStore', 'ListKeys', 'GetKey', 'PutKey', 'DeleteKey'];
    return Grant.addToPrincipal({
      grantee,
      actions: verbs.map((verb) => `cloudfront-keyvaluestore:${verb}`),
      resourceArns: [this.credentials.keyValueStoreArn],
    });
  }

  private makeCredentials(): KeyValueStore {
    return new KeyValueStore(this, 'Credentials', {
      keyValueStoreName: this.globalName('credentials'),
      comment: 'cdk-maas-mirror: sites that may read, kept by `maas-mirror access`',
    });
  }

  private makeViewerRequest(allowed: string[] | undefined): CloudFrontFunction {
    const { credentials } = this;
    return new CloudFrontFunction(this, 'ViewerRequest', {
      comment: 'cdk-maas-mirror: maps every view onto the pool',
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(
        viewerRequestCode({ ...(allowed && { allowed }), credentials: credentials !== undefined }),
      ),
      autoPublish: true,
      ...(credentials && { keyValueStore: credentials }),
    });
  }

  private makeOriginAccessControl(): S3OriginAccessControl {
    return new S3OriginAccessControl(this, 'OriginAccessControl', {
      originAccessControlName: this.globalName('bucket'),
      description: 'cdk-maas-mirror: CloudFront reads the bucket',
    });
  }

  private makeDistribution(props: MirrorSiteProps, allowed: string[] | undefined): Distribution {
    const { domainName, certificate, accessLogsBucket, webAclId } = props;
    return new Distribution(this, 'Distribution', {
      comment: 'cdk-maas-mirror: images for MAAS',
      defaultRootObject: mirror.frontPage,
      defaultBehavior: this.behaviour(props.allowHttp ?? false),
      httpVersion: HttpVersion.HTTP2_AND_3,
      // A site whose IPv4 network may read would else come by IPv6, where it has that, and be turned away.
      enableIpv6: allowed === undefined || hasIpv6(allowed),
      priceClass: props.priceClass ?? PriceClass.PRICE_CLASS_ALL,
      ...(domainName !== undefined && { domainNames: [domainName] }),
      ...(certificate && {
        certificate,
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
        sslSupportMethod: SSLMethod.SNI,
      }),
      ...(webAclId !== undefined && { webAclId }),
      ...(accessLogsBucket && { enableLogging: true, logBucket: accessLogsBucket, logFilePrefix: 'maas-mirror/' }),
    });
  }

  private behaviour(allowHttp: boolean): BehaviorOptions {
    return {
      origin: S3BucketOrigin.withOriginAccessControl(this.bucket, {
        originAccessControl: this.originAccessControl,
        originAccessLevels: [AccessLevel.READ],
      }),
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      // Never REDIRECT_TO_HTTPS: MAAS takes the redirect of a file for a failure and does not try again.
      viewerProtocolPolicy: allowHttp ? ViewerProtocolPolicy.ALLOW_ALL : ViewerProtocolPolicy.HTTPS_ONLY,
      // Images do not get smaller. Documents would lose their length, their ranges and their strong ETag on the way, and
      // readers that compare bytes as they come see other ones; they are small and read every ten minutes.
      compress: false,
      // How long an object is kept says its own Cache-Control. This policy leaves Accept-Encoding out of the cache's key:
      // MAAS asks for documents and for files in different ways, and both are to find the same copy.
      cachePolicy: CachePolicy.CACHING_OPTIMIZED_FOR_UNCOMPRESSED_OBJECTS,
      functionAssociations: [{ function: this.viewerRequest, eventType: FunctionEventType.VIEWER_REQUEST }],
    };
  }

  /** Names of these are one space for all regions of an account. */
  private globalName(what: string): string {
    return `${Stack.of(this).region}-${Names.uniqueResourceName(this, { maxLength: 32 })}-${what}`;
  }

  private output(id: string, value: string): void {
    new CfnOutput(this, id, { value });
  }
}
