import { type CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { MirrorError } from '../errors';
import { type StackOutputs, stackOutputsOf } from '../job/aws/stack-outputs';
import { asking } from './asking';
import { placeOf } from './console-pages';

/** A stack as CloudFormation has it. */
export interface FoundStack {
  readonly name: string;
  /** `CREATE_COMPLETE` */
  readonly status: string;
  readonly account: string;
  readonly region: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Where the mirror of a deployed stack is.
 * @throws NoSuchStack; BadFormat where it is none of a mirror; what asking throws
 */
export async function mirrorOf(cloudformation: CloudFormationClient, name: string): Promise<StackOutputs> {
  return stackOutputsOf((await requireStack(cloudformation, name)).outputs, name);
}

/** @throws NoSuchStack; what asking throws */
export async function requireStack(cloudformation: CloudFormationClient, name: string): Promise<FoundStack> {
  const stack = await findStack(cloudformation, name);
  if (stack !== undefined) return stack;
  const region = await cloudformation.config.region();
  throw new MirrorError('NoSuchStack', `there is no stack ${name} in ${region} of this account`, {
    hint: 'npx cdk deploy makes it; AWS_REGION and AWS_PROFILE say where it is looked for',
  });
}

/** @throws what asking throws */
export async function findStack(cloudformation: CloudFormationClient, name: string): Promise<FoundStack | undefined> {
  const stack = await asking(`describe the stack ${name}`, () => describe(cloudformation, name));
  // One that is deleted can still be described, by its id.
  if (stack === undefined || stack.StackStatus === 'DELETE_COMPLETE') return undefined;
  const { account, region } = placeOf(stack.StackId ?? '');
  const outputs = (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]);
  return { name, status: stack.StackStatus ?? '', account, region, outputs: Object.fromEntries(outputs) };
}

async function describe(cloudformation: CloudFormationClient, name: string): Promise<Stack | undefined> {
  try {
    return (await cloudformation.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0];
  } catch (error) {
    // It has no error name of its own for this.
    if (error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message))
      return undefined;
    throw error;
  }
}
