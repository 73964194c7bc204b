import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { MaasMirror } from '../../lib';
import { idsOf, madeMirror } from './made-mirror';
import '../fixtures/needs-seconds';

describe('the buckets of a mirror', () => {
  it('mirrorBucket: goes on with it, and says what its policy needs', () => {
    const { stack, template: made } = madeMirror((scope) => ({
      mirrorBucket: Bucket.fromBucketName(scope, 'Bucket', 'my-mirror'),
    }));

    expect(idsOf(made, 'AWS::S3::Bucket')).toEqual([expect.stringMatching(/^MirrorWorkBucket/)]);
    made.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'cdk-maas-mirror: publish',
      Environment: { Variables: { MIRROR_STORE: 's3://my-mirror' } },
    });
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('policy of an imported bucket'));
  });

  it('serverAccessLogsBucket: S3 writes into it, and nobody else may', () => {
    const { stack, template: made } = madeMirror((scope) => ({ serverAccessLogsBucket: new Bucket(scope, 'Logs') }));

    const [logs] = idsOf(made, 'AWS::S3::Bucket').filter((id) => id.startsWith('Logs'));
    const written = { Effect: 'Allow', Action: 's3:PutObject', Principal: { Service: 'logging.s3.amazonaws.com' } };
    for (const [id, prefix] of [
      ['MirrorMirrorBucket', 'maas-mirror/'],
      ['MirrorWorkBucket', 'maas-mirror-work/'],
    ] as const) {
      const [bucket] = idsOf(made, 'AWS::S3::Bucket').filter((one) => one.startsWith(id));
      expect(made.findResources('AWS::S3::Bucket')[String(bucket)]?.Properties.LoggingConfiguration).toEqual({
        DestinationBucketName: { Ref: logs },
        LogFilePrefix: prefix,
      });
      made.hasResourceProperties('AWS::S3::BucketPolicy', {
        Bucket: { Ref: logs },
        PolicyDocument: {
          Statement: Match.arrayWith([
            {
              ...written,
              Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [logs, 'Arn'] }, `/${prefix}*`]] },
              Condition: {
                StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
                ArnLike: { 'aws:SourceArn': { 'Fn::GetAtt': [bucket, 'Arn'] } },
              },
            },
          ]),
        },
      });
    }
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('logs'));
  });

  it('serverAccessLogsBucket: may be of another stack, and warns of an imported one', () => {
    const app = new App({ analyticsReporting: false });
    const logs = new Bucket(new Stack(app, 'LogsStack'), 'Logs');
    const stack = new Stack(app, 'Stack');
    new MaasMirror(stack, 'Mirror', { serverAccessLogsBucket: logs });
    expect(() => app.synth()).not.toThrow();

    const { stack: importing } = madeMirror((scope) => ({
      serverAccessLogsBucket: Bucket.fromBucketName(scope, 'Logs', 'my-logs'),
    }));
    Annotations.fromStack(importing).hasWarning(
      '*',
      Match.stringLikeRegexp('allows logging.s3.amazonaws.com s3:PutObject'),
    );
  });

  it('site: names the properties that its buckets belong to', () => {
    const site = { bucket: Bucket.fromBucketName(new Stack(), 'Mirror', 'my-mirror') };
    const logged = { serverAccessLogsBucket: site.bucket };

    expect(() => madeMirror(() => ({ site }))).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/ property mirrorBucket of MaasMirror /) }),
    );
    expect(() => madeMirror(() => ({ site: logged }))).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/ property serverAccessLogsBucket of MaasMirror /) }),
    );
  });
});
