import {
  ExecutionAlreadyExists,
  ListExecutionsCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { MirrorError } from '../errors';
import { executionName, isNameOf } from '../job/names';
import type { Order } from '../job/order';
import { asking } from './asking';

/** One execution of a deployed state machine. */
export interface Execution {
  readonly name: string;
  readonly arn: string;
}

/**
 * Starts an execution for an order. The same order at the same second is started once, also where an answer is lost and
 * the SDK asks again: Step Functions gives the execution that runs. Where the name belongs to one that has ended, or to
 * another order, the next attempt gets a number.
 * @throws BadInput (misuse) for an order that is longer than an input may be; what asking throws
 */
export async function startExecution(
  sfn: SFNClient,
  { stateMachineArn, order, at }: { stateMachineArn: string; order: Order; at: Date },
): Promise<Execution> {
  const input = inputOf(order);
  for (let attempt = 1; ; attempt++) {
    const name = executionName(order, at, attempt === 1 ? undefined : attempt);
    const arn = await startOnce(sfn, { stateMachineArn, name, input });
    if (arn !== undefined) return { name, arn };
  }
}

/** Name of an execution of the same order that is running. @throws what asking throws */
export async function runningOf(
  sfn: SFNClient,
  { stateMachineArn, order }: { stateMachineArn: string; order: Order },
): Promise<string | undefined> {
  let nextToken: string | undefined;
  do {
    const command = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', nextToken });
    const page = await asking('list the executions', () => sfn.send(command));
    const found = page.executions?.find(({ name = '' }) => isNameOf(name, order));
    if (found !== undefined) return found.name;
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return undefined;
}

/** Bytes that Step Functions carries from state to state, less what Plan's payload has besides the order. */
const longestInput = 256 * 1024 - 1024;

function inputOf(order: Order): string {
  const input = JSON.stringify(order);
  const size = Buffer.byteLength(input);
  if (size <= longestInput) return input;
  throw new MirrorError('BadInput', `the order of ${order.release} has ${size} bytes, AWS carries ${longestInput}`, {
    hint: 'keys of repositories, keyrings and certificates are what is long: export only the keys that sign, order PPAs by name, give only the certificates that are needed',
    misuse: true,
  });
}

/** @returns undefined where the name is taken */
async function startOnce(
  sfn: SFNClient,
  execution: { stateMachineArn: string; name: string; input: string },
): Promise<string | undefined> {
  return asking(`start the execution ${execution.name}`, async () => {
    try {
      return (await sfn.send(new StartExecutionCommand(execution))).executionArn;
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return undefined;
      throw error;
    }
  });
}
