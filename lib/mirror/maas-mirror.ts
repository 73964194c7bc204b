/* mirror: the mirror on AWS: CDK constructs, used only at synthesis. */

import type { Alarm, Dashboard, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { type Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { stateMachineVariable } from '../job/environment';
import { mirrorBucket, workBucket } from './buckets';
import { stageBuilds } from './builds/builds-of-mirror';
import { everyBuild, type StageBuilds } from './builds/stage-builds';
import { bundlesDigest, stageBundle } from './bundles';
import { SigningKey } from './choices/signing-key';
import { fillViews } from './fill-views';
import { exportKeyring } from './functions/export-keyring';
import { type MirrorFunctions, mirrorFunctions } from './functions/mirror-functions';
import { UpdateSchedule } from './functions/update-schedule';
import { grantBuilding, grantCalling } from './grants';
import type { MaasMirrorProps } from './maas-mirror-props';
import { inWordsOf } from './origins/field-names';
import { atSynth } from './refusals/synth-error';
import { mergedProps } from './settings/merged-props';
import { requireAlone } from './settings/one-mirror';
import { probeSettings } from './settings/probed-sources';
import { propsOfConfig, readConfig } from './settings/props-of-config';
import { type Settings, settingsOf } from './settings/settings';
import type { MirrorSite } from './site/mirror-site';
import { siteOf } from './site/site-of-mirror';
import { vpcNetwork } from './vpc-network';
import { allowAlarms, FailureNotifications, failureTopic } from './watch/failure-notifications';
import { Monitoring } from './watch/monitoring';
import { writeOutputs } from './watch/write-outputs';
import { ReleaseWorkflow } from './workflow/workflow';

/**
 * An image mirror for MAAS: the bucket that holds it, the site that serves it, and the workflow that builds, boot-tests and
 * publishes releases.
 * @example
 * new MaasMirror(stack, 'Mirror', { releases: [UbuntuRelease.NOBLE], schedule: MirrorSchedule.DAILY });
 */
export class MaasMirror extends Construct {
  /**
   * Creates the mirror that a `mirror.yaml` describes.
   * @param path of the file; paths in the file are relative to it
   * @param props override the file: `site` and `sources` field by field, all others as a whole
   * @throws BadInput (misuse) and the like, naming the field
   */
  static fromConfig(scope: Construct, id: string, path: string, props: MaasMirrorProps = {}): MaasMirror {
    const config = readConfig(scope, path);
    return inWordsOf({ config, file: path, given: props }, () => {
      const own = atSynth({ scope }, () => propsOfConfig(scope, id, path, config));
      return new MaasMirror(scope, id, mergedProps(own, props));
    });
  }

  /** The bucket of the mirror: the property `mirrorBucket`, or a new one. Retained when the stack is deleted. */
  readonly mirrorBucket: IBucket;
  /** Files that stages exchange; they expire. */
  readonly workBucket: Bucket;
  /** Serves the mirror. */
  readonly site: MirrorSite;
  /** The CodeBuild projects. */
  readonly builds: StageBuilds;
  /** The Lambda functions. */
  readonly functions: MirrorFunctions;
  /** The state machine. */
  readonly workflow: ReleaseWorkflow;
  /** Receives failure notifications and alarms. */
  readonly topic: ITopic;
  /** Executions, builds and the site at a glance. */
  readonly dashboard: Dashboard;
  /** The description of each alarm says what to do. */
  readonly alarms: Alarm[];

  /** @throws BadInput, UnknownKernel and the like (misuse) for invalid props */
  constructor(scope: Construct, id: string, props: MaasMirrorProps = {}) {
    super(scope, id);
    const settings = atSynth({ scope: this }, () => settingsOf(props));
    const bundles = bundlesDigest();

    const { serverAccessLogsBucket: logs } = props;
    this.workBucket = workBucket(this, 'WorkBucket', logs);
    this.mirrorBucket = props.mirrorBucket ?? mirrorBucket(this, 'MirrorBucket', logs);
    atSynth({ scope: this }, () => requireAlone(this));
    this.site = siteOf(this, props);
    const network = vpcNetwork(this, props);
    const { workBucket: work } = this;
    this.builds = stageBuilds(this, settings, { bundle: stageBundle(this), bundles, workBucket: work, ...network });
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
    allowAlarms(this, this.topic);
    this.watchForUpdates(settings, props);
    fillViews(this, settings);
    ({ dashboard: this.dashboard, alarms: this.alarms } = this.watch(settings, props));
    writeOutputs(this, settings);
    exportKeyring(this, this.functions.publish.function);
  }

  /** Grants read access to the mirror in its bucket. */
  grantRead(grantee: IGrantable): Grant {
    return this.site.grantRead(grantee);
  }

  /**
   * Grants what `maas-mirror build --stack` needs: to read the outputs of the stack, to start builds, and to follow them down to
   * the logs of failed builds. It reads the keyring, whose fingerprint it prints, from the site.
   */
  grantStartRelease(grantee: IGrantable): Grant {
    return grantBuilding(this, grantee);
  }

  /**
   * Grants what `maas-mirror promote --stack` needs: to read the outputs of the stack, and to call the function Promote, which
   * signs and writes.
   */
  grantPromote(grantee: IGrantable): Grant {
    return grantCalling(this.functions.promote, this, grantee);
  }

  /**
   * Grants what all other operations with `--stack` need, such as `withdraw`, `rollback`, `hold` and `attest`: to read the outputs
   * of the stack, and to call the function Operate, which signs and writes.
   */
  grantOperate(grantee: IGrantable): Grant {
    return grantCalling(this.functions.operate, this, grantee);
  }

  /** Failed executions, including those that ended because upstream was mid-update. */
  metricFailed(options?: MetricOptions): Metric {
    return this.workflow.stateMachine.metricFailed(options);
  }

  /** Executions that published, or had nothing to update. */
  metricSucceeded(options?: MetricOptions): Metric {
    return this.workflow.stateMachine.metricSucceeded(options);
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
    const { stateMachineArn } = this.workflow.stateMachine;
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

  /** Without a schedule, there are no measurements for alarms about single releases. */
  private watch({ requests, views }: Settings, { schedule }: MaasMirrorProps): Monitoring {
    return new Monitoring(this, 'Monitoring', {
      workflow: this.workflow,
      builds: everyBuild(this.builds),
      checkForUpdates: this.functions.checkForUpdates,
      notify: this.functions.notify,
      promote: this.functions.promote,
      operate: this.functions.operate,
      views,
      requests: schedule === undefined ? [] : requests,
      site: this.site,
      topic: this.topic,
    });
  }
}
