import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { BuildMachine, KernelBuild, KernelFlavour, ReleaseWorkflow, StageBuild } from '../../lib';
import { definitionOf, statesOf } from './made-mirror';

function newStack(): { stack: Stack; workBucket: Bucket } {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  return { stack, workBucket: new Bucket(stack, 'Work') };
}

describe('a construct that is used alone', () => {
  it('KernelBuild is a project with the bundle of this package', () => {
    const { stack, workBucket } = newStack();
    const hwe = new KernelBuild(stack, 'Hwe', { kernel: KernelFlavour.HWE, workBucket, machine: BuildMachine.ARM });
    const template = Template.fromStack(stack);

    template.resourceCountIs('AWS::CodeBuild::Project', 1);
    template.hasResourceProperties('AWS::CodeBuild::Project', {
      Environment: {
        Type: 'ARM_CONTAINER',
        PrivilegedMode: true,
        EnvironmentVariables: Match.arrayWith([
          { Name: 'MIRROR_BUNDLES', Type: 'PLAINTEXT', Value: Match.stringLikeRegexp('^[0-9a-f]{64}$') },
        ]),
      },
      Source: { Type: 'S3', Location: Match.objectLike({ 'Fn::Join': Match.anyValue() }) },
    });
    expect(hwe.kernel.name).toBe('hwe');
  });

  it('ReleaseWorkflow is a state machine over the builds and functions that it is given', () => {
    const { stack, workBucket } = newStack();
    const stage = (name: string) => new StageBuild(stack, name, { stage: name, workBucket });
    const own = (id: string) =>
      new LambdaFunction(stack, id, {
        runtime: Runtime.NODEJS_22_X,
        handler: 'index.handler',
        code: Code.fromInline('exports.handler = async () => ({})'),
      });
    new ReleaseWorkflow(stack, 'Workflow', {
      fetch: stage('fetch'),
      upgrade: stage('upgrade'),
      prepare: stage('prepare'),
      kernelBuilds: [new KernelBuild(stack, 'Ga', { kernel: KernelFlavour.GA, workBucket })],
      bootTest: stage('boot-test'),
      bootloaders: stage('bootloaders'),
      plan: own('Plan'),
      select: own('Select'),
      publish: own('Publish'),
      maxConcurrency: 1,
      maxKernelConcurrency: 1,
    });
    const names = statesOf(definitionOf(Template.fromStack(stack))).map(([name]) => name);

    expect(names).toContain('ExtractGa');
    expect(names).not.toContain('PrepareArm');
  });
});
