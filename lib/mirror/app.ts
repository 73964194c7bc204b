import { App, Stack } from 'aws-cdk-lib';
import { MaasMirror } from './maas-mirror';

/** Name of the stack of `cdk deploy`. */
export const stackName = 'MaasMirror';

/**
 * Synthesises the app of this package, with nothing looked up in any account.
 * @param outdir where the assembly goes, for a run on this machine: CloudFormation's own rules, which take two seconds,
 *   are not checked then. @default - where the CDK CLI says, for a deployment
 * @returns path of the stack's template
 */
export function synthesise(outdir?: string): string {
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: outdir === undefined });
  new MaasMirror(new Stack(app, stackName), 'Mirror');
  return app.synth().getStackByName(stackName).templateFullPath;
}
