import { App, Stack, Validations } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { MirrorSite, type MirrorSiteProps } from '../../../lib';
import { optionalStackOutputs, outputOf, stackOutputs } from '../../../lib/job/aws/stack-outputs';
import { viewerRequestCode } from '../../../lib/mirror/site/viewer-request';
import { loadViewerRequest, viewerRequest } from '../../fixtures/aws/viewer-request';
import '../../fixtures/needs-seconds';

type Props = (stack: Stack) => MirrorSiteProps;

function madeSite(props: Props = () => ({}), context: Record<string, unknown> = {}) {
  const stack = new Stack(new App({ context, analyticsReporting: false }), 'Stack');
  const site = new MirrorSite(stack, 'Site', props(stack));
  return { stack, site, template: Template.fromStack(stack) };
}

const { template, stack } = madeSite();
const arn = (region: string, id = '11111111-2222-3333-4444-555555555555') =>
  `arn:aws:acm:${region}:123456789012:certificate/${id}`;
const certificateIn = (region: string) => (stack: Stack) =>
  Certificate.fromCertificateArn(stack, 'Certificate', arn(region));
const webAcl = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/mirror/11111111';

/** The one distribution of a template. */
function distributionOf(made: Template) {
  const [one] = Object.values(made.findResources('AWS::CloudFront::Distribution'));
  return one?.Properties.DistributionConfig;
}

function functionCodeOf(made: Template): string {
  const [one] = Object.values(made.findResources('AWS::CloudFront::Function'));
  return one?.Properties.FunctionCode;
}

describe('a site', () => {
  it('serves HTTPS alone, uncompressed, by HTTP 2 and 3, as long as objects say', () => {
    expect(distributionOf(template)).toMatchObject({
      Enabled: true,
      HttpVersion: 'http2and3',
      IPV6Enabled: true,
      PriceClass: 'PriceClass_All',
      DefaultRootObject: 'index.html',
      DefaultCacheBehavior: {
        ViewerProtocolPolicy: 'https-only',
        AllowedMethods: ['GET', 'HEAD'],
        Compress: false,
        CachePolicyId: 'b2884449-e4de-46a7-ac36-70bc7f1ddd6d', // Managed-CachingOptimizedForUncompressedObjects
      },
    });
  });

  it('hides no answer of the bucket behind a page', () => {
    expect(distributionOf(template).CustomErrorResponses).toBeUndefined();
    expect(distributionOf(template).CacheBehaviors).toBeUndefined();
  });

  it('reads the bucket by an origin access control', () => {
    template.hasResourceProperties('AWS::CloudFront::OriginAccessControl', {
      OriginAccessControlConfig: {
        OriginAccessControlOriginType: 's3',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      },
    });
    expect(distributionOf(template).Origins).toMatchObject([
      { OriginAccessControlId: { 'Fn::GetAtt': [expect.stringContaining('OriginAccessControl'), 'Id'] } },
    ]);
  });

  it('lets CloudFront read objects and see which are there, for this distribution alone', () => {
    const [policy] = Object.values(template.findResources('AWS::S3::BucketPolicy'));
    const statements: Record<string, unknown>[] = policy?.Properties.PolicyDocument.Statement;
    const ofCloudFront = statements.filter(({ Effect }) => Effect === 'Allow');

    expect(ofCloudFront.map(({ Action }) => Action)).toEqual(['s3:GetObject', 's3:ListBucket']);
    for (const { Principal, Condition } of ofCloudFront) {
      expect(Principal).toEqual({ Service: 'cloudfront.amazonaws.com' });
      expect(JSON.stringify(Condition)).toMatch(
        /^\{"StringEquals":\{"AWS:SourceArn":.*:distribution\/.*SiteDistribution/,
      );
    }
    expect(statements).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
  });

  it('makes a bucket that outlives it and whose logical id stays what it is', () => {
    // Another id is another bucket: every mirror in the field would be empty after the next deployment.
    expect(Object.keys(template.findResources('AWS::S3::Bucket'))).toEqual(['SiteMirrorBucketAC9FBDBF']);
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: { VersioningConfiguration: { Status: 'Enabled' } },
    });
  });

  it('runs the viewer-request function in the runtime that it is written for', () => {
    template.hasResourceProperties('AWS::CloudFront::Function', {
      AutoPublish: true,
      FunctionConfig: { Runtime: 'cloudfront-js-2.0', KeyValueStoreAssociations: Match.absent() },
      FunctionCode: viewerRequestCode({}),
    });
    expect(distributionOf(template).DefaultCacheBehavior.FunctionAssociations).toMatchObject([
      { EventType: 'viewer-request' },
    ]);
  });

  it('tells its address and that of its keyring', () => {
    const outputs = template.findOutputs('*');
    const values = Object.fromEntries(Object.entries(outputs).map(([key, { Value }]) => [key, JSON.stringify(Value)]));

    expect(outputOf(values, stackOutputs.mirrorUrl)).toMatch(/"https:\/\/",.*"DomainName"\]\},"\/"/);
    expect(outputOf(values, stackOutputs.keyringUrl)).toMatch(/"\/keyring\.gpg"/);
    expect(outputOf(values, optionalStackOutputs.credentialsStoreArn)).toBeUndefined();
  });

  it('is the same with the recommended feature flags of the CDK as with none', () => {
    const modern = madeSite(undefined, CURRENTLY_RECOMMENDED_FLAGS).template;

    for (const type of ['Distribution', 'OriginAccessControl', 'Function']) {
      expect(modern.findResources(`AWS::CloudFront::${type}`)).toEqual(
        template.findResources(`AWS::CloudFront::${type}`),
      );
    }
  });

  it('says nothing to be warned of', () => {
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });

  it.each<[string, Props]>([
    ['of the defaults', () => ({})],
    [
      'that has everything',
      (stack) => ({
        domainName: 'images.example.com',
        certificate: certificateIn('us-east-1')(stack),
        accessLogsBucket: Bucket.fromBucketName(stack, 'Logs', 'my-logs'),
        webAclId: webAcl,
        basicAuth: true,
      }),
    ],
  ])('%s leaves cdk-nag no finding without a reason', (_, props) => {
    const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
    const bucket = Bucket.fromBucketName(stack, 'Mirror', 'my-mirror');
    new MirrorSite(stack, 'Site', { ...props(stack), bucket });
    Validations.of(stack).addPlugins(new AwsSolutionsChecks());

    expect(() => (stack.node.root as App).synth()).not.toThrow();
  });

  it('lets others read the mirror by exact actions', () => {
    const made = new Stack(new App({ analyticsReporting: false }), 'Stack');
    const site = new MirrorSite(made, 'Site');
    site.grantRead(new Role(made, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));

    Template.fromStack(made).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'] }] },
    });
  });
});

describe('who says which sites may read', () => {
  const reader = (stack: Stack) => new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });

  it('may change the store of credentials, and no other', () => {
    const made = new Stack(new App({ analyticsReporting: false }), 'Stack');
    new MirrorSite(made, 'Site', { basicAuth: true }).grantManageAccess(reader(made));

    Template.fromStack(made).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: ['DescribeKeyValueStore', 'ListKeys', 'GetKey', 'PutKey', 'DeleteKey'].map(
              (verb) => `cloudfront-keyvaluestore:${verb}`,
            ),
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('SiteCredentials'), 'Arn'] },
          },
        ],
      },
    });
  });

  it('refuses where nobody is asked for a password', () => {
    const made = new Stack(new App({ analyticsReporting: false }), 'Stack');

    expect(() => new MirrorSite(made, 'Site').grantManageAccess(reader(made))).toThrow(
      expect.objectContaining({
        name: 'BadInput',
        stack: expect.stringMatching(/Relates to construct:\n {4}Stack\/Site$/),
      }),
    );
  });
});

describe('the properties of a site', () => {
  it('allowHttp: serves HTTP, too, and redirects nobody', () => {
    const { template } = madeSite(() => ({ allowHttp: true }));

    expect(distributionOf(template).DefaultCacheBehavior.ViewerProtocolPolicy).toBe('allow-all');
  });

  it('domainName, certificate: the host name, with TLS 1.2 at least', () => {
    const { template, site } = madeSite((stack) => ({
      domainName: 'images.example.com',
      certificate: certificateIn('us-east-1')(stack),
    }));

    expect(distributionOf(template)).toMatchObject({
      Aliases: ['images.example.com'],
      ViewerCertificate: {
        AcmCertificateArn: arn('us-east-1'),
        MinimumProtocolVersion: 'TLSv1.2_2021',
        SslSupportMethod: 'sni-only',
      },
    });
    expect([site.url, site.keyringUrl]).toEqual([
      'https://images.example.com/',
      'https://images.example.com/keyring.gpg',
    ]);
  });

  it('webAclId: the web ACL', () => {
    expect(distributionOf(madeSite(() => ({ webAclId: webAcl })).template).WebACLId).toBe(webAcl);
  });

  it('priceClass: the edge locations', () => {
    const { template } = madeSite(() => ({ priceClass: PriceClass.PRICE_CLASS_100 }));

    expect(distributionOf(template).PriceClass).toBe('PriceClass_100');
  });

  it('accessLogsBucket: the logs', () => {
    const { template } = madeSite((stack) => ({
      accessLogsBucket: new Bucket(stack, 'Logs', { objectOwnership: ObjectOwnership.OBJECT_WRITER }),
    }));

    expect(distributionOf(template).Logging).toMatchObject({
      Bucket: { 'Fn::GetAtt': [expect.stringMatching(/^Logs/), 'RegionalDomainName'] },
      Prefix: 'maas-mirror/',
    });
  });

  it('allowedCidrs: networks, in the function', async () => {
    const { template } = madeSite(() => ({ allowedCidrs: ['198.51.100.0/24'] }));
    const handler = loadViewerRequest(functionCodeOf(template));
    const status = async (ip: string) => (await handler(viewerRequest('/keyring.gpg', { ip }))).statusCode;

    expect([await status('198.51.100.9'), await status('198.51.101.9')]).toEqual([undefined, 403]);
  });

  it('allowedCidrs: switch IPv6 off where no network of IPv6 may read, so that sites come by IPv4', () => {
    const ipv6 = (allowedCidrs: string[]) => distributionOf(madeSite(() => ({ allowedCidrs })).template).IPV6Enabled;

    expect([ipv6(['198.51.100.0/24']), ipv6(['198.51.100.0/24', '2001:db8::/32'])]).toEqual([false, true]);
  });

  it('basicAuth: a store of credentials for the function, told in the outputs', async () => {
    const { template, site } = madeSite(() => ({ basicAuth: true }));
    const [[store] = []] = Object.entries(template.findResources('AWS::CloudFront::KeyValueStore'));

    template.hasResourceProperties('AWS::CloudFront::Function', {
      FunctionConfig: {
        Runtime: 'cloudfront-js-2.0',
        KeyValueStoreAssociations: [{ KeyValueStoreARN: { 'Fn::GetAtt': [store, 'Arn'] } }],
      },
    });
    const handler = loadViewerRequest(functionCodeOf(template));
    expect((await handler(viewerRequest('/keyring.gpg'))).statusCode).toBe(401);
    expect(Object.keys(template.findOutputs('*'))).toContainEqual(
      expect.stringMatching(/^SiteCredentialsStoreArn[0-9A-F]{8}$/),
    );
    expect(site.credentials).toBeDefined();
  });

  it('bucket: one that is there, and no other is made', () => {
    const { template, site } = madeSite((stack) => ({ bucket: new Bucket(stack, 'Own') }));

    expect(Object.keys(template.findResources('AWS::S3::Bucket'))).toEqual([expect.stringMatching(/^Own/)]);
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: 's3:GetObject' }),
          Match.objectLike({ Action: 's3:ListBucket' }),
        ]),
      },
    });
    expect(site.bucket.node.id).toBe('Own');
  });

  it('bucket: of an imported one, whose policy cannot be changed, says what the policy must allow', () => {
    const { stack } = madeSite((stack) => ({ bucket: Bucket.fromBucketName(stack, 'Imported', 'my-mirror') }));

    Annotations.fromStack(stack).hasWarning('/Stack/Site', Match.stringLikeRegexp('s3:GetObject .* s3:ListBucket'));
  });

  it('make names that two regions of an account can have at once', () => {
    const { template } = madeSite(() => ({ basicAuth: true }));
    const named = (name: unknown) => JSON.stringify(name).startsWith('{"Fn::Join":["",[{"Ref":"AWS::Region"}');
    const [control] = Object.values(template.findResources('AWS::CloudFront::OriginAccessControl'));
    const [store] = Object.values(template.findResources('AWS::CloudFront::KeyValueStore'));
    const [code] = Object.values(template.findResources('AWS::CloudFront::Function'));

    expect(named(control?.Properties.OriginAccessControlConfig.Name)).toBe(true);
    expect(named(store?.Properties.Name)).toBe(true);
    expect(named(code?.Properties.Name)).toBe(true);
  });

  const refused: [string, Props, RegExp][] = [
    [
      'passwords over HTTP',
      () => ({ allowHttp: true, basicAuth: true }),
      /allowHttp cannot be combined with basicAuth/,
    ],
    ['no network at all', () => ({ allowedCidrs: [] }), /allowedCidrs is empty/],
    ['a network that is none', () => ({ allowedCidrs: ['10.0.0.0'] }), /allowedCidrs\[0\] is "10\.0\.0\.0"/],
    ['a name without a certificate', () => ({ domainName: 'images.example.com' }), /domainName is set without/],
    [
      'a certificate without a name',
      (stack) => ({ certificate: certificateIn('us-east-1')(stack) }),
      /certificate is set without/,
    ],
    [
      'a certificate of another region',
      (stack) => ({ domainName: 'images.example.com', certificate: certificateIn('eu-west-1')(stack) }),
      /certificate is in the region eu-west-1/,
    ],
    ['an address as a name', () => ({ domainName: 'https://images.example.com/' }), /domainName is "https:/],
    ['a wildcard as a name', () => ({ domainName: '*.example.com' }), /domainName is "\*\.example\.com"/],
    [
      'a web ACL of a region',
      () => ({ webAclId: webAcl.replace('global', 'regional') }),
      /webAclId is "arn:.*regional/,
    ],
    ['a web ACL by its name', () => ({ webAclId: 'mirror' }), /webAclId is "mirror"/],
    [
      'a bucket that CloudFront cannot log to',
      (stack) => ({ accessLogsBucket: new Bucket(stack, 'Logs') }),
      /ownership \(not set\)/,
    ],
    [
      'a bucket whose owner takes all',
      (stack) => ({
        accessLogsBucket: new Bucket(stack, 'Logs', { objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED }),
      }),
      /ownership \(BucketOwnerEnforced\)/,
    ],
    [
      'a bucket with a key of its own',
      (stack) => ({ bucket: new Bucket(stack, 'Own', { encryption: BucketEncryption.KMS }) }),
      /bucket is Stack\/Own, which is encrypted with a KMS key/,
    ],
    [
      'a bucket with the key of the account',
      (stack) => ({ bucket: new Bucket(stack, 'Own', { encryption: BucketEncryption.KMS_MANAGED }) }),
      /bucket is Stack\/Own, which is encrypted with a KMS key/,
    ],
    [
      'a bucket of another stack',
      (stack) => ({ bucket: new Bucket(new Stack(stack.node.root as App, 'Other'), 'Own') }),
      /bucket is in the stack Other, but the site is in Stack/,
    ],
  ];

  it.each(refused)('refuse %s', (_, props, message) => {
    expect(() => madeSite(props)).toThrow(
      expect.objectContaining({
        name: 'BadInput',
        misuse: true,
        message: expect.stringMatching(message),
        hint: expect.any(String),
      }),
    );
  });
});
