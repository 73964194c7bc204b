import { App, Stack } from 'aws-cdk-lib';
import { allKernelNames } from '../catalog/kernels';
import { anyKernel } from './builds/builds-of-mirror';
import { KernelFlavour } from './choices/kernel-flavour';
import { MaasMirror } from './maas-mirror';
import { hasUserFile } from './settings/user-files';

/** Name of the stack of `cdk deploy`. */
export const stackName = 'MaasMirror';

/**
 * The app of this package: the mirror that `mirror.yaml` in the working folder describes, or the file that
 * `-c config=FILE` names; without either one that is built on order only.
 */
export function deploymentApp(): void {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, stackName, { description: 'A mirror of images for MAAS, by cdk-maas-mirror' });
  const config = (app.node.tryGetContext('config') as string | undefined) ?? ownConfig();
  if (config === undefined) new MaasMirror(stack, 'Mirror');
  else MaasMirror.fromConfig(stack, 'Mirror', config);
  app.synth();
}

function ownConfig(): string | undefined {
  return hasUserFile('mirror.yaml') ? 'mirror.yaml' : undefined;
}

/**
 * Synthesises the mirror for a run on this machine: everything can be built by it, kernel flavours that it does not know too. CloudFormation's own rules, which
 * take two seconds, are not checked then.
 * @param outdir where the assembly goes
 * @param context settings of the CDK
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
