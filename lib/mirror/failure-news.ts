import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { topicVariable } from '../job/environment';
import type { MirrorFunction } from './mirror-function';
import type { ReleaseWorkflow } from './workflow';

export interface FailureNewsProps {
  readonly workflow: ReleaseWorkflow;
  /** Reads the history of an execution and says what failed. */
  readonly tell: MirrorFunction;
  readonly topic: ITopic;
}

/** Tells of every execution that failed: the release, the stage, the flavour, and where its log is. */
export class FailureNews extends Construct {
  readonly rule: Rule;

  constructor(scope: Construct, id: string, { workflow: { stateMachine }, tell, topic }: FailureNewsProps) {
    super(scope, id);
    this.rule = new Rule(this, 'Rule', {
      description: 'cdk-maas-mirror: executions that failed',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [stateMachine.stateMachineArn], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
      targets: [new LambdaFunction(tell.function, { retryAttempts: 2 })],
    });
    tell.function.addEnvironment(topicVariable, topic.topicArn);
    const executions = stateMachine.stateMachineArn.replace(':stateMachine:', ':execution:');
    for (const [action, resource] of [
      ['sns:Publish', topic.topicArn],
      ['states:GetExecutionHistory', executions],
      ['states:DescribeExecution', executions],
    ] as const) {
      tell.role.addToPolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
    }
  }
}

/** Alarms may speak to it, too. */
export function failureTopic(scope: Construct): Topic {
  const topic = new Topic(scope, 'Failures', { displayName: 'MAAS mirror', enforceSSL: true });
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'Alarms',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
    }),
  );
  return topic;
}
