import {
  ExecutionAlreadyExists,
  type ExecutionListItem,
  ListExecutionsCommand,
  type ListExecutionsInput,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { MirrorError } from '../../errors';
import { type ProbeTarget, probeInput } from '../../job/aws/probe-targets';
import type { BuildRequest } from '../../job/build-request';
import { executionName, isNameOf, probeName } from '../../job/execution-names';
import { asking } from '../asking';

/** One execution of a deployed state machine. */
export interface Execution {
  readonly name: string;
  readonly arn: string;
}

/**
 * Starts an execution for a build request. The same request in the same second is started once, even if an answer is lost and
 * the SDK tries again: Step Functions returns the running execution. If the name belongs to one that has ended, or to another
 * request, the next attempt adds a number.
 * @throws BadInput (misuse) for a build request that is too long for an input; what asking throws
 */
export async function startExecution(
  sfn: SFNClient,
  { stateMachineArn, request, at }: { stateMachineArn: string; request: BuildRequest; at: Date },
): Promise<Execution> {
  const input = inputOf(request);
  return startNamed(sfn, { stateMachineArn, input }, (attempt) => executionName(request, at, attempt));
}

/** Starts an execution that only runs a probe. @throws what asking throws */
export async function startProbe(
  sfn: SFNClient,
  { stateMachineArn, target, at }: { stateMachineArn: string; target: ProbeTarget; at: Date },
): Promise<Execution> {
  return startNamed(sfn, { stateMachineArn, input: probeInput(target) }, (attempt) => probeName(target, at, attempt));
}

async function startNamed(
  sfn: SFNClient,
  wanted: { readonly stateMachineArn: string; readonly input: string },
  nameOf: (attempt: number | undefined) => string,
): Promise<Execution> {
  for (let attempt = 1; ; attempt++) {
    const name = nameOf(attempt === 1 ? undefined : attempt);
    const arn = await startOnce(sfn, { ...wanted, name });
    if (arn !== undefined) return { name, arn };
  }
}

/** Name of a running execution of the same build request. @throws what asking throws */
export async function runningOf(
  sfn: SFNClient,
  { stateMachineArn, request }: { stateMachineArn: string; request: BuildRequest },
): Promise<string | undefined> {
  for await (const page of pagesOf(sfn, { stateMachineArn, statusFilter: 'RUNNING' })) {
    const found = page.find(({ name = '' }) => isNameOf(name, request));
    if (found !== undefined) return found.name;
  }
  return undefined;
}

/**
 * Name of the newest successful execution of the same build request that started at or after a time, whether or not it
 * published. Step Functions lists the newest first; at most 10 pages of 1000 are read, and none beyond that time.
 * @throws what asking throws
 */
export async function succeededSince(
  sfn: SFNClient,
  { stateMachineArn, request, since }: { stateMachineArn: string; request: BuildRequest; since: Date },
): Promise<string | undefined> {
  const began = ({ startDate = new Date(0) }: ExecutionListItem) => startDate.getTime();
  let pages = 0;
  for await (const page of pagesOf(sfn, { stateMachineArn, statusFilter: 'SUCCEEDED', maxResults: 1000 })) {
    const young = page.filter((one) => began(one) >= since.getTime());
    const found = young.find(({ name = '' }) => isNameOf(name, request));
    if (found !== undefined) return found.name;
    if (young.length < page.length || ++pages === 10) return undefined;
  }
  return undefined;
}

async function* pagesOf(
  sfn: SFNClient,
  filter: Pick<ListExecutionsInput, 'stateMachineArn' | 'statusFilter' | 'maxResults'>,
): AsyncGenerator<readonly ExecutionListItem[]> {
  let nextToken: string | undefined;
  do {
    const command = new ListExecutionsCommand({ ...filter, nextToken });
    const page = await asking('list the executions', () => sfn.send(command));
    yield page.executions ?? [];
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

/** Maximum size of data between states, in bytes, less what Plan's payload has in addition to the build request. */
const longestInput = 256 * 1024 - 1024;

function inputOf(request: BuildRequest): string {
  const input = JSON.stringify(request);
  const size = Buffer.byteLength(input);
  if (size <= longestInput) return input;
  throw new MirrorError(
    'BadInput',
    `the build request of ${request.release} has ${size} bytes; AWS allows ${longestInput}`,
    {
      hint: 'keys of repositories, keyrings and certificates take most space: export only the signing keys, add PPAs by name, and include only the certificates that are needed',
      misuse: true,
    },
  );
}

/** @returns undefined if the name is taken */
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
