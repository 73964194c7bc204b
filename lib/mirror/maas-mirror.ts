/* mirror: the mirror on AWS: CDK constructs, used only at synthesis. */

import { Stack } from 'aws-cdk-lib';
import type { Alarm, Dashboard, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { stateMachineVariable } from '../job/environment';
import { mirrorBucket, workBucket } from './buckets';
import { stageBuilds } from './builds/builds-of-mirror';
import { everyBuild, type StageBuilds } from './builds/stage-builds';
import { bundlesDigest, stageBundle } from './bundles';
import { SigningKey } from './choices/signing-key';
import { exportKeyring } from './functions/export-keyring';
import { type MirrorFunctions, mirrorFunctions } from './functions/mirror-functions';
import { UpdateSchedule } from './functions/update-schedule';
import type { MaasMirrorProps } from './maas-mirror-props';
import { mergedProps } from './settings/merged-props';
import { requireAlone } from './settings/one-mirror';
import { probeSettings } from './settings/probed-sources';
import { propsOfConfig } from './settings/props-of-config';
import { type Settings, settingsOf } from './settings/settings';
import { MirrorSite } from './site/mirror-site';
import { type VpcNetwork, vpcNetwork } from './vpc-network';
import { FailureNotifications, failureTopic, letAlarmsSpeak } from './watch/failure-notifications';
import { Monitoring } from './watch/monitoring';
import { writeOutputs } from './watch/write-outputs';
import { ReleaseWorkflow } from './workflow/workflow';

/**
 * A mirror for MAAS: the bucket that holds it, the site that serves it, and the workflow that builds releases, boots
 * them, and publishes them into it.
 * @example
 * new MaasMirror(stack, 'Mirror', { releases: [UbuntuRelease.NOBLE], schedule: MirrorSchedule.DAILY });
 */
export class MaasMirror extends Construct {
  /**
   * The mirror that a `mirror.yaml` describes.
   * @param path of the file; files that it names lie relative to it
   * @param props what the file does not say, or is to say otherwise; of `site` and `sources` each field, of `views` all
   * @throws BadInput naming the field
   */
  static fromConfig(scope: Construct, id: string, path: string, props: MaasMirrorProps = {}): MaasMirror {
    return new MaasMirror(scope, id, mergedProps(propsOfConfig(scope, id, path), props));
  }

  /** The mirror itself: the property `mirrorBucket`, or one made here. Kept when the stack goes. */
  readonly mirrorBucket: IBucket;
  /** What stages hand to each other; expires. */
  readonly workBucket: Bucket;
  readonly site: MirrorSite;
  readonly builds: StageBuilds;
  readonly functions: MirrorFunctions;
  readonly workflow: ReleaseWorkflow;
  /** Where failures and alarms are told. */
  readonly topic: ITopic;
  readonly dashboard: Dashboard;
  /** Each says in its description what to do. */
  readonly alarms: Alarm[];

  /** @throws UnknownKernel, BadInput and the like for props that the catalogue does not have */
  constructor(scope: Construct, id: string, props: MaasMirrorProps = {}) {
    super(scope, id);
    const settings = settingsOf(props);
    const bundles = bundlesDigest();

    const { serverAccessLogsBucket: logs } = props;
    this.workBucket = workBucket(this, 'WorkBucket', logs);
    this.mirrorBucket = props.mirrorBucket ?? mirrorBucket(this, 'MirrorBucket', logs);
    requireAlone(this);
    this.site = new MirrorSite(this, 'Site', { ...props.site, bucket: this.mirrorBucket });
    const network = vpcNetwork(this, props);
    this.builds = this.makeBuilds(settings, bundles, network);
    this.functions = mirrorFunctions(this, {
      mirrorBucket: this.mirrorBucket,
      workBucket: this.workBucket,
      bundles,
      signingKey: (props.signingKey ?? SigningKey.kms()).bind(this),
      secrets: settings.secrets,
      network,
    });
    this.workflow = this.makeWorkflow(settings);
    this.topic = props.alarmTopic ?? failureTopic(this);
    letAlarmsSpeak(this, this.topic);
    this.watchForUpdates(settings, props);
    const { dashboard, alarms } = this.watch(settings, props);
    this.dashboard = dashboard;
    this.alarms = alarms;
    writeOutputs(this, settings);
    exportKeyring(this, this.functions.publish.function);
  }

  /** Lets somebody read the mirror in its bucket. */
  grantRead(grantee: IGrantable): Grant {
    return this.site.grantRead(grantee);
  }

  /**
   * Lets somebody order builds, as `maas-mirror build --stack` does, which asks the stack for its outputs first, and
   * follow them to the logs of what fails. The site's keyring, whose fingerprint it tells, it reads as everybody does.
   */
  grantStartRelease(grantee: IGrantable): Grant {
    const { stateMachine, executionsArn } = this.workflow;
    const builds = everyBuild(this.builds);
    const grant = (actions: string[], resourceArns: string[]) =>
      Grant.addToPrincipal({ grantee, actions, resourceArns });
    return [
      grant(['states:DescribeExecution', 'states:GetExecutionHistory'], [executionsArn]),
      grant(['cloudformation:DescribeStacks'], [Stack.of(this).stackId]),
      grant(
        ['codebuild:BatchGetBuilds'],
        builds.map(({ project }) => project.projectArn),
      ),
      grant(
        ['logs:GetLogEvents'],
        builds.map(({ logGroup }) => logGroup.logGroupArn),
      ),
    ].reduce(
      (all, one) => all.combine(one),
      grant(['states:StartExecution', 'states:ListExecutions'], [stateMachine.stateMachineArn]),
    );
  }

  /** Executions that failed, with those that upstream was not ready for: these end as failed, too. */
  metricFailed(options?: MetricOptions): Metric {
    return this.workflow.stateMachine.metricFailed(options);
  }

  /** Executions that published, or found nothing new. */
  metricSucceeded(options?: MetricOptions): Metric {
    return this.workflow.stateMachine.metricSucceeded(options);
  }

  private makeBuilds(settings: Settings, bundles: string, network: VpcNetwork): StageBuilds {
    return stageBuilds(this, settings, {
      bundle: stageBundle(this),
      bundles,
      workBucket: this.workBucket,
      ...network,
    });
  }

  private makeWorkflow(settings: Settings): ReleaseWorkflow {
    const { plan, select, publish } = this.functions;
    return new ReleaseWorkflow(this, 'Workflow', {
      ...this.builds,
      plan: plan.function,
      select: select.function,
      publish: publish.function,
      maxConcurrency: settings.architecturesAtOnce,
      maxKernelConcurrency: settings.kernelsAtOnce,
      probe: probeSettings(settings),
    });
  }

  private watchForUpdates({ requests }: Settings, { schedule }: MaasMirrorProps): void {
    const { checkForUpdates, notify } = this.functions;
    const { stateMachine } = this.workflow;
    const { stateMachineArn } = stateMachine;
    checkForUpdates.function.addEnvironment(stateMachineVariable, stateMachineArn);
    checkForUpdates.role.addToPolicy(
      new PolicyStatement({
        actions: ['states:StartExecution', 'states:ListExecutions'],
        resources: [stateMachineArn],
      }),
    );
    if (schedule !== undefined) new UpdateSchedule(this, 'UpdateSchedule', { checkForUpdates, requests, schedule });
    const builds = everyBuild(this.builds);
    new FailureNotifications(this, 'FailureNotifications', {
      workflow: this.workflow,
      builds,
      notify,
      topic: this.topic,
    });
  }

  /** Looks that nobody schedules measure nothing that an alarm could go by. */
  private watch({ requests }: Settings, { schedule }: MaasMirrorProps): Monitoring {
    return new Monitoring(this, 'Monitoring', {
      workflow: this.workflow,
      builds: everyBuild(this.builds),
      checkForUpdates: this.functions.checkForUpdates,
      notify: this.functions.notify,
      requests: schedule === undefined ? [] : requests,
      site: this.site,
      topic: this.topic,
    });
  }
}
