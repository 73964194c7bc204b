import { Annotations, ArnFormat, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { topicVariable } from '../../job/environment';
import type { StageBuild } from '../builds/stage-build';
import { acknowledge, starIn } from '../findings';
import type { MirrorFunction } from '../functions/mirror-function';
import type { ReleaseWorkflow } from '../workflow/workflow';

export interface FailureNotificationsProps {
  readonly workflow: ReleaseWorkflow;
  /** The builds whose logs notifications quote. */
  readonly builds: readonly StageBuild[];
  /** Reads the history of an execution and reports what failed. */
  readonly notify: MirrorFunction;
  readonly topic: ITopic;
}

/**
 * Sends a notification for every failed execution, with release, stage, flavour and log. The function Notify skips executions
 * that ended because upstream was mid-update.
 */
export class FailureNotifications extends Construct {
  readonly rule: Rule;

  constructor(scope: Construct, id: string, { workflow, builds, notify, topic }: FailureNotificationsProps) {
    super(scope, id);
    const { stateMachine } = workflow;
    this.rule = new Rule(this, 'Rule', {
      description: 'cdk-maas-mirror: executions that failed',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [stateMachine.stateMachineArn], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
      targets: [new LambdaFunction(notify.function, { retryAttempts: 2 })],
    });
    notify.function.addEnvironment(topicVariable, topic.topicArn);

    const { executionsArn: executions } = workflow;
    for (const [actions, resources] of [
      [['sns:Publish'], [topic.topicArn]],
      [['states:GetExecutionHistory', 'states:DescribeExecution'], [executions]],
      [['codebuild:BatchGetBuilds'], builds.map(({ project }) => project.projectArn)],
      [['logs:GetLogEvents'], builds.map(({ logGroup }) => logGroup.logGroupArn)], // ends with `:*`, which stands for its streams
    ] as const) {
      notify.role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
    }
    for (const key of topic.masterKey ? [topic.masterKey.keyArn] : []) {
      notify.role.addToPolicy(new PolicyStatement({ actions: useOfKey, resources: [key] }));
    }
    acknowledge(
      notify.role,
      starIn(this, executions),
      'the executions of this mirror, about which it sends notifications',
    );
  }
}

export function failureTopic(scope: Construct): Topic {
  return new Topic(scope, 'Failures', { displayName: 'MAAS mirror', enforceSSL: true });
}

/** Permissions to publish to an encrypted topic. */
const useOfKey = ['kms:GenerateDataKey', 'kms:Decrypt'];

/** Alarms can publish to a topic with a policy only if the policy allows it. */
export function allowAlarms(scope: Construct, topic: ITopic): void {
  const stack = Stack.of(scope);
  const alarms = stack.formatArn({ service: 'cloudwatch', resource: 'alarm:*', arnFormat: ArnFormat.NO_RESOURCE_NAME });
  const principals = [new ServicePrincipal('cloudwatch.amazonaws.com')];
  const publish = new PolicyStatement({
    ...{ sid: 'Alarms', principals, actions: ['sns:Publish'], resources: [topic.topicArn] },
    conditions: { ArnLike: { 'aws:SourceArn': alarms } },
  });
  const useKey = new PolicyStatement({ sid: 'Alarms', principals, actions: useOfKey, resources: ['*'] }); // as in CloudWatch's manual
  const policies = [
    topic.addToResourcePolicy(publish),
    ...(topic.masterKey ? [topic.masterKey.addToResourcePolicy(useKey)] : []),
  ];
  if (policies.every(({ statementAdded }) => statementAdded)) return;
  Annotations.of(scope).addWarningV2(
    'cdk-maas-mirror:topicPolicy',
    'the policy of an imported topic or key cannot be changed: add a statement that allows cloudwatch.amazonaws.com sns:Publish on the topic (and the use of its key, if it has one); without it, the alarms of the mirror are not delivered',
  );
}
