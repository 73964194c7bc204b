import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { idsOf, madeMirror, propertiesOf } from '../made-mirror';
import { statementsOf } from '../statements';
import '../../fixtures/needs-seconds';

const { template } = madeMirror();

describe('the topic of a mirror', () => {
  it('says of executions that failed what and why', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [{ Ref: Match.stringLikeRegexp('^MirrorWorkflowStateMachine') }],
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        },
      },
      Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^MirrorNotifyFunction'), 'Arn'] } })],
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'cdk-maas-mirror: notify',
      Environment: { Variables: { MIRROR_TOPIC: { Ref: Match.stringLikeRegexp('^MirrorFailures') } } },
    });
  });

  it('has a topic that takes TLS only, from its own alarms', () => {
    const [{ PolicyDocument }] = propertiesOf(template, 'AWS::SNS::TopicPolicy') as [
      { PolicyDocument: { Statement: object[] } },
    ];
    expect(PolicyDocument.Statement).toMatchObject([
      { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      {
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Condition: { ArnLike: { 'aws:SourceArn': { 'Fn::Join': ['', expect.arrayContaining([':alarm:*'])] } } },
      },
    ]);
  });

  it('alarmTopic: tells it, and lets alarms speak to it', () => {
    const { stack, template: made } = madeMirror((scope) => ({ alarmTopic: new Topic(scope, 'Pager') }));

    expect(idsOf(made, 'AWS::SNS::Topic')).toEqual([expect.stringMatching(/^Pager/)]);
    made.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: [Match.objectLike({ Principal: { Service: 'cloudwatch.amazonaws.com' } })] },
    });
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('topic'));
  });

  it('alarmTopic: uses the key of an encrypted one, and lets alarms use it', () => {
    const { stack, template: made } = madeMirror((scope) => ({
      alarmTopic: new Topic(scope, 'Pager', { masterKey: new Key(scope, 'PagerKey') }),
    }));

    const use = { Effect: 'Allow', Action: ['kms:GenerateDataKey', 'kms:Decrypt'] };
    const [key] = idsOf(made, 'AWS::KMS::Key').filter((id) => id.startsWith('PagerKey'));
    expect(statementsOf(made, /^MirrorNotifyRole/)).toContainEqual({
      ...use,
      Resource: { 'Fn::GetAtt': [key, 'Arn'] },
    });
    made.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({ ...use, Principal: { Service: 'cloudwatch.amazonaws.com' }, Resource: '*' }),
        ]),
      },
    });
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('topic'));
  });

  it('alarmTopic: warns where the policy of an imported one has to be changed elsewhere', () => {
    const { stack } = madeMirror((scope) => ({
      alarmTopic: Topic.fromTopicArn(scope, 'Topic', 'arn:aws:sns:us-east-1:123456789012:pager'),
    }));

    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('cloudwatch.amazonaws.com sns:Publish'));
  });
});
