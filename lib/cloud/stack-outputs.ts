import { type CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { MirrorError } from '../errors';
import { type StackOutputs, stackOutputsOf } from '../job/aws/stack-outputs';
import { asking } from './asking';
import { placeOf } from './console-pages';

/** A stack in CloudFormation. */
export interface FoundStack {
  readonly name: string;
  /** `CREATE_COMPLETE` */
  readonly status: string;
  readonly account: string;
  readonly region: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * The outputs of a deployed mirror.
 * @throws NoSuchStack; BadFormat if the stack has no mirror; what asking throws
 */
export async function mirrorOf(cloudformation: CloudFormationClient, name: string): Promise<StackOutputs> {
  return stackOutputsOf((await requireStack(cloudformation, name)).outputs, name);
}

/** @throws NoSuchStack; what asking throws */
export async function requireStack(cloudformation: CloudFormationClient, name: string): Promise<FoundStack> {
  const stack = await findStack(cloudformation, name);
  if (stack !== undefined) return stack;
  const region = await cloudformation.config.region();
  throw new MirrorError('NoSuchStack', `this account has no stack ${name} in ${region}`, {
    hint: 'deploy it with npx cdk deploy, or check AWS_REGION and AWS_PROFILE',
  });
}

/** @throws what asking throws */
export async function findStack(cloudformation: CloudFormationClient, name: string): Promise<FoundStack | undefined> {
  const stack = await asking(`describe the stack ${name}`, () => describe(cloudformation, name));
  // A deleted stack can still be described by its id.
  if (stack === undefined || stack.StackStatus === 'DELETE_COMPLETE') return undefined;
  const { account, region } = placeOf(stack.StackId ?? '');
  const outputs = (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]);
  return { name, status: stack.StackStatus ?? '', account, region, outputs: Object.fromEntries(outputs) };
}

async function describe(cloudformation: CloudFormationClient, name: string): Promise<Stack | undefined> {
  try {
    return (await cloudformation.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0];
  } catch (error) {
    // CloudFormation has no specific error for a missing stack.
    if (error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message))
      return undefined;
    throw error;
  }
}
