import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { mirrorBucket, runsOf, workBucket } from './buckets';
import { KernelBuild } from './kernel-build';
import type { MaasMirrorProps } from './maas-mirror-props';
import { MirrorFunction } from './mirror-function';
import { packagePath } from './package-files';
import { pascalCase } from './pascal-case';
import { type Settings, settingsOf } from './settings';
import { StageBuild } from './stage-build';
import { ReleaseWorkflow } from './workflow';

/** A mirror for MAAS: the bucket that holds it and the workflow that builds and publishes releases into it. */
export class MaasMirror extends Construct {
  /** The mirror itself. Kept when the stack goes. */
  readonly mirrorBucket: Bucket;
  /** What stages hand to each other; expires. */
  readonly workBucket: Bucket;
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

    this.workBucket = workBucket(this, 'WorkBucket');
    this.mirrorBucket = mirrorBucket(this, 'MirrorBucket');
    const bundle = new Asset(this, 'StageBundle', { path: packagePath('dist/assets/stage') });

    this.fetch = this.stage('Fetch', 'fetch', bundle, settings);
    this.upgrade = this.stage('Upgrade', 'upgrade', bundle, settings);
    this.prepare = this.stage('Prepare', 'prepare', bundle, settings);
    this.kernelBuilds = settings.kernels.map((kernel) => this.kernelBuild(kernel, bundle, settings));
    this.bootTest = this.stage('BootTest', 'boot-test', bundle, settings);
    this.bootloaders = this.stage('Bootloaders', 'bootloaders', bundle, settings);

    this.plan = this.function('Plan', 'plan', [...this.readMirror(), this.writeOrder()]);
    this.select = this.function('Select', 'select', this.readMirror());
    this.publish = this.function('Publish', 'publish', [...this.readWork(), ...this.readMirror(), this.writeMirror()]);

    this.workflow = new ReleaseWorkflow(this, 'Workflow', {
      plan: this.plan.function,
      fetch: this.fetch,
      upgrade: this.upgrade,
      prepare: this.prepare,
      kernelBuilds: this.kernelBuilds,
      bootTest: this.bootTest,
      bootloaders: this.bootloaders,
      select: this.select.function,
      publish: this.publish.function,
      maxConcurrency: settings.architecturesAtOnce,
      maxKernelConcurrency: settings.kernelsAtOnce,
    });
  }

  private stage(id: string, stage: string, bundle: Asset, { maxConcurrency }: Settings): StageBuild {
    return new StageBuild(this, id, { stage, bundle, workBucket: this.workBucket, maxConcurrency });
  }

  private kernelBuild(kernel: string, bundle: Asset, { maxConcurrency }: Settings): KernelBuild {
    return new KernelBuild(this, `Kernel${pascalCase(kernel)}`, {
      kernel,
      bundle,
      workBucket: this.workBucket,
      maxConcurrency,
    });
  }

  private function(id: string, asset: string, statements: PolicyStatement[]): MirrorFunction {
    const { mirrorBucket, workBucket } = this;
    return new MirrorFunction(this, id, { asset, mirrorBucket, workBucket, statements });
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
const listing = (bucket: Bucket) => allow('s3:ListBucket', bucket.bucketArn);

const allow = (action: string, resource: string) => new PolicyStatement({ actions: [action], resources: [resource] });
