import { FileSystem } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { mirrorBucket, runsOf, workBucket } from './buckets';
import type { KernelBuild } from './kernel-build';
import type { MaasMirrorProps } from './maas-mirror-props';
import { MirrorFunction } from './mirror-function';
import { packagePath } from './package-files';
import { type Settings, settingsOf } from './settings';
import { type BoundSigningKey, SigningKey } from './signing-key';
import type { StageBuild } from './stage-build';
import { type StageBuilds, stageBuilds } from './stage-builds';
import { ReleaseWorkflow } from './workflow';

/** A mirror for MAAS: the bucket that holds it and the workflow that builds and publishes releases into it. */
export class MaasMirror extends Construct {
  /** The mirror itself. Kept when the stack goes. */
  readonly mirrorBucket: IBucket;
  /** What stages hand to each other; expires. */
  readonly workBucket: IBucket;
  readonly fetch: StageBuild;
  readonly upgrade: StageBuild;
  readonly prepare: StageBuild;
  readonly kernelBuilds: KernelBuild[];
  readonly bootTest: StageBuild;
  readonly bootloaders: StageBuild;
  readonly plan: MirrorFunction;
  readonly select: MirrorFunction;
  readonly publish: MirrorFunction;
  readonly workflow: ReleaseWorkflow;

  /** @throws UnknownRelease, UnknownArchitecture, UnknownKernel, BadInput for props that the catalogue does not have */
  constructor(scope: Construct, id: string, props: MaasMirrorProps = {}) {
    super(scope, id);
    const settings = settingsOf(props);
    const bundles = FileSystem.fingerprint(packagePath('dist/assets'));

    this.workBucket = workBucket(this, 'WorkBucket');
    this.mirrorBucket = props.mirrorBucket ?? mirrorBucket(this, 'MirrorBucket');
    const key = (props.signingKey ?? SigningKey.kms()).bind(this);

    const builds = this.builds(settings, bundles, props);
    this.fetch = builds.fetch;
    this.upgrade = builds.upgrade;
    this.prepare = builds.prepare;
    this.kernelBuilds = builds.kernelBuilds;
    this.bootTest = builds.bootTest;
    this.bootloaders = builds.bootloaders;

    this.plan = this.function('Plan', 'plan', bundles, [...this.readMirror(), this.writeOrder()]);
    this.select = this.function('Select', 'select', bundles, [...this.readMirror(), ...this.readWork()]);
    this.publish = this.publishing(key, bundles);

    this.workflow = new ReleaseWorkflow(this, 'Workflow', {
      ...builds,
      plan: this.plan.function,
      select: this.select.function,
      publish: this.publish.function,
      maxConcurrency: settings.architecturesAtOnce,
      maxKernelConcurrency: settings.kernelsAtOnce,
    });
  }

  private builds(settings: Settings, bundles: string, { vpc, vpcSubnets }: MaasMirrorProps): StageBuilds {
    return stageBuilds(this, settings, {
      bundle: new Asset(this, 'StageBundle', { path: packagePath('dist/assets/stage') }),
      bundles,
      workBucket: this.workBucket,
      maxConcurrency: settings.maxConcurrency,
      ...(vpc !== undefined && { vpc }),
      ...(vpcSubnets !== undefined && { vpcSubnets }),
    });
  }

  private publishing({ address, signing }: BoundSigningKey, bundles: string): MirrorFunction {
    const statements = [...this.readWork(), ...this.readMirror(), this.writeMirror(), ...signing];
    return this.function('Publish', 'publish', bundles, statements, { MIRROR_SIGNING_KEY: address });
  }

  private function(
    id: string,
    asset: string,
    bundles: string,
    statements: PolicyStatement[],
    environment: Record<string, string> = {},
  ): MirrorFunction {
    const { mirrorBucket, workBucket } = this;
    return new MirrorFunction(this, id, { asset, bundles, mirrorBucket, workBucket, statements, environment });
  }

  private readWork(): PolicyStatement[] {
    return [allow('s3:GetObject', runsOf(this.workBucket)), listing(this.workBucket)];
  }

  private readMirror(): PolicyStatement[] {
    return [allow('s3:GetObject', this.mirrorBucket.arnForObjects('*')), listing(this.mirrorBucket)];
  }

  private writeOrder(): PolicyStatement {
    return allow('s3:PutObject', this.workBucket.arnForObjects('runs/*/order.json'));
  }

  private writeMirror(): PolicyStatement {
    return allow('s3:PutObject', this.mirrorBucket.arnForObjects('*'));
  }
}

/** Without it S3 answers 403 instead of 404 for what is not there. */
const listing = (bucket: IBucket) => allow('s3:ListBucket', bucket.bucketArn);

const allow = (action: string, resource: string) => new PolicyStatement({ actions: [action], resources: [resource] });
