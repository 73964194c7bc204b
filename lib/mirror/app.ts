import { App, Stack } from 'aws-cdk-lib';
import { allKernelNames } from '../catalog/kernels';
import { anyKernel } from './builds/builds-of-mirror';
import { KernelFlavour } from './choices/kernel-flavour';
import { MaasMirror } from './maas-mirror';
import { hasUserFile } from './settings/user-files';

/** Name of the stack of `cdk deploy`. */
export const stackName = 'MaasMirror';

/**
 * The app of this package: a mirror as described by the file in `-c config=FILE`, by default `mirror.yaml` in the working
 * directory. Without such a file, builds are started by hand only.
 */
export function deploymentApp(): void {
  // Without autoSynth: after an error, the CDK would synthesise what exists, and report faults of that.
  const app = new App({ analyticsReporting: false, autoSynth: false });
  const stack = new Stack(app, stackName, { description: 'Image mirror for MAAS, by cdk-maas-mirror' });
  const config = (app.node.tryGetContext('config') as string | undefined) ?? ownConfig();
  if (config === undefined) new MaasMirror(stack, 'Mirror');
  else MaasMirror.fromConfig(stack, 'Mirror', config);
  app.synth();
}

function ownConfig(): string | undefined {
  return hasUserFile('mirror.yaml') ? 'mirror.yaml' : undefined;
}

/**
 * Synthesises the template for builds on one machine, which can build everything, including kernel flavours that it does not
 * know. CloudFormation's own rules are not checked, because that takes two seconds.
 * @param outdir directory of the assembly
 * @param context of the CDK app
 * @returns path of the stack's template
 */
export function synthesise(outdir: string, context: Readonly<Record<string, unknown>> = {}): string {
  const app = new App({
    outdir,
    context: { ...context, [anyKernel]: true },
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  });
  new MaasMirror(new Stack(app, stackName), 'Mirror', {
    kernels: allKernelNames.map((name) => KernelFlavour.of(name)),
  });
  return app.synth().getStackByName(stackName).templateFullPath;
}
