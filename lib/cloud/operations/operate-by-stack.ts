/* cloud/operations: operations, carried out by the functions of a stack. */

import { InvokeCommand, type InvokeCommandOutput, LambdaClient } from '@aws-sdk/client-lambda';
import { type ErrorName, errorNames, hintIn, MirrorError } from '../../errors';
import type { StackOutputs } from '../../job/aws/stack-outputs';
import { errorOfRefusal, type OperationAnswer } from '../../job/operations/answer';
import { type Operation, operationNeeds } from '../../job/operations/operation';
import type { OperationOutcome } from '../../job/operations/outcome';
import { asking } from '../asking';
import { openClients } from '../clients';
import { mirrorOf } from '../stack-outputs';

/** Uses the region, credentials and endpoint of the AWS CLI. */
function openLambda(): LambdaClient {
  return new LambdaClient({
    maxAttempts: 1, // a function whose answer was lost may have done its work
    requestHandler: { connectionTimeout: 5000, requestTimeout: 16 * 60_000 }, // functions have 15 minutes
  });
}

/**
 * Has the functions of a deployed stack carry out an operation: they sign and write, the caller needs neither.
 * @throws NoSuchStack; BadFormat if the stack has no such function; NotSupported if its release does not know the operation;
 * what the function throws; what asking throws
 */
export async function operateByStack(asked: Operation, stack: string): Promise<OperationOutcome> {
  using clients = openClients();
  const name = functionFor(asked, await mirrorOf(clients.cloudformation, stack), stack);
  const client = openLambda();
  try {
    const sent = new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(asked)) });
    return outcomeOf(await asking(`call the function ${name}`, () => client.send(sent)), name);
  } finally {
    client.destroy();
  }
}

function functionFor({ operation }: Operation, outputs: StackOutputs, stack: string): string {
  const { promoteFunctionName, operateFunctionName } = outputs;
  const name = operation.does === 'promote' ? promoteFunctionName : operateFunctionName;
  if (name !== undefined) return name;
  throw new MirrorError('BadFormat', `the stack ${stack} was deployed by an older release, which has no operations`, {
    hint: 'redeploy it with this version of maas-mirror: npx cdk deploy',
  });
}

function outcomeOf({ Payload, FunctionError }: InvokeCommandOutput, name: string): OperationOutcome {
  const answer = JSON.parse(Buffer.from(Payload ?? 'null').toString()) as OperationAnswer | Thrown | null;
  if (FunctionError !== undefined) throw failureOf(answer as Thrown, name);
  if (answer === null) throw failureOf({ errorMessage: 'it answered nothing' }, name);
  if ('refused' in (answer as OperationAnswer))
    throw errorOfRefusal(answer as Extract<OperationAnswer, { refused: object }>);
  const outcome = answer as OperationOutcome;
  const unknown = outcome.needs.filter((need) => !(operationNeeds as readonly string[]).includes(need));
  if (unknown.length === 0) return outcome;
  throw new MirrorError(
    'NotSupported',
    `the function ${name} answered in a form that this release does not know (needs: ${unknown.join(', ')}); see the history of the view for what it did`,
    { hint: 'use the release that the stack was deployed with' },
  );
}

/** As Lambda reports an error that a function throws. */
interface Thrown {
  readonly errorType?: string;
  readonly errorMessage?: string;
  readonly trace?: readonly string[];
}

function failureOf({ errorType = '', errorMessage = 'no message', trace = [] }: Thrown, name: string): MirrorError {
  const known = errorNames.find((one): one is ErrorName => one === errorType);
  if (known !== undefined) {
    const hint = hintIn(trace);
    return new MirrorError(known, errorMessage, hint === undefined ? {} : { hint });
  }
  return new MirrorError('AwsFailed', `the function ${name} failed: ${errorMessage}`, {
    hint: 'each view is either changed or unchanged: see maas-mirror history VIEW, and the log of the function in CloudWatch; run the same command again only for what is missing',
  });
}
