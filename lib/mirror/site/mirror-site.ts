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
import { optionalStackOutputs, stackOutputs } from '../../job/aws/stack-outputs';
import { mirror } from '../../job/layout';
import { mirrorBucket } from '../buckets';
import { atSynth, refused } from '../refusals/synth-error';
import { addressBeginnings, hasIpv6 } from './address-beginnings';
import { checkSite } from './check-site';
import type { MirrorSiteProps } from './mirror-site-props';
import { acknowledgeSiteFindings } from './site-findings';
import { tellMissingFromForbidden } from './tell-missing-from-forbidden';
import { viewerRequestCode } from './viewer-request';

/**
 * Serves a mirror to MAAS: a private bucket behind CloudFront, which maps the paths of views to the pool.
 * @example
 * const site = new MirrorSite(stack, 'Site', { allowedCidrs: ['198.51.100.0/24'] });
 */
export class MirrorSite extends Construct {
  /** The mirror itself. */
  readonly bucket: IBucket;
  readonly distribution: Distribution;
  readonly originAccessControl: S3OriginAccessControl;
  /** Maps paths and checks networks and passwords. */
  readonly viewerRequest: CloudFrontFunction;
  /** Names of the sites that have access, with salted digests of their passwords; undefined without `basicAuth`. */
  readonly credentials?: KeyValueStore;
  /** URL of the mirror, with a trailing slash; views are below it. */
  readonly url: string;
  /** URL of the keyring that MAAS needs. */
  readonly keyringUrl: string;

  /** @throws BadInput (misuse) for props that are invalid or cannot be combined */
  constructor(scope: Construct, id: string, props: MirrorSiteProps = {}) {
    super(scope, id);
    const allowed = atSynth({ scope: this }, () => {
      checkSite(this, props);
      return props.allowedCidrs && addressBeginnings(props.allowedCidrs);
    });

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

  /** Grants read access to the mirror in its bucket, as `maas-mirror verify s3://…` requires. */
  grantRead(grantee: IGrantable): Grant {
    return Grant.addToPrincipalOrResource({
      grantee,
      actions: ['s3:GetObject', 's3:ListBucket'],
      resourceArns: [this.bucket.bucketArn, this.bucket.arnForObjects('*')],
      resource: this.bucket,
    });
  }

  /**
   * Grants permission to manage the passwords of sites. `maas-mirror access` also needs cloudformation:DescribeStacks.
   * @throws BadInput (misuse) without `basicAuth`
   */
  grantManageAccess(grantee: IGrantable): Grant {
    if (this.credentials === undefined) {
      throw refused([], 'the site has no passwords to manage', 'create it with basicAuth: true').in(this);
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
      comment: 'cdk-maas-mirror: sites with access, managed by `maas-mirror access`',
    });
  }

  private makeViewerRequest(allowed: string[] | undefined): CloudFrontFunction {
    const { credentials } = this;
    return new CloudFrontFunction(this, 'ViewerRequest', {
      comment: 'cdk-maas-mirror: maps the paths of views to the pool',
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(
        atSynth({ scope: this }, () =>
          viewerRequestCode({ ...(allowed && { allowed }), credentials: credentials !== undefined }),
        ),
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
      // A site whose IPv4 network has access would otherwise connect by IPv6, if it can, and be rejected.
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
      // Never REDIRECT_TO_HTTPS: MAAS treats the redirect of a file as a failure and does not retry.
      viewerProtocolPolicy: allowHttp ? ViewerProtocolPolicy.ALLOW_ALL : ViewerProtocolPolicy.HTTPS_ONLY,
      // Images do not compress. Compressed documents would lose their length, ranges and strong ETag, and readers that compare
      // raw bytes would see different ones; documents are small and cached for ten minutes.
      compress: false,
      // The Cache-Control of each object decides how long it is cached. This policy omits Accept-Encoding from the cache key:
      // MAAS requests documents and files with different headers, and both must find the same copy.
      cachePolicy: CachePolicy.CACHING_OPTIMIZED_FOR_UNCOMPRESSED_OBJECTS,
      functionAssociations: [{ function: this.viewerRequest, eventType: FunctionEventType.VIEWER_REQUEST }],
    };
  }

  /** These names are shared by all regions of an account. */
  private globalName(what: string): string {
    return `${Stack.of(this).region}-${Names.uniqueResourceName(this, { maxLength: 32 })}-${what}`;
  }

  private output(id: string, value: string): void {
    new CfnOutput(this, id, { value });
  }
}
