import { MirrorError } from '../../errors';
import type { ProbeTarget } from '../../job/aws/probe-targets';
import type { EngineEvent, ExecutionResult } from '../../job/events';
import type { Clients } from '../clients';
import { startProbe } from './executions';
import { followExecution } from './follow';
import { isAccountLimit } from './history';

export interface ProbeOptions {
  readonly stateMachineArn: string;
  readonly target: ProbeTarget;
  readonly at: Date;
  readonly onEvent?: (event: EngineEvent) => void;
  /** Stops following; the execution ends by itself within an hour. */
  readonly signal?: AbortSignal;
  /** Seconds between two requests. @default 5 */
  readonly everySeconds?: number;
}

/**
 * Runs a probe in the state machine of a deployed mirror, in the same way as its builds.
 * @returns the result of the probe: for a build its id and the RESULT that it exported
 * @throws NotReady if the account's quota is used up; ExecutionFailed, with the end of the log, if the probe failed; BadFormat
 * if the state machine could not read the result; Interrupted; what asking throws
 */
export async function probeExecution(clients: Clients, options: ProbeOptions): Promise<unknown> {
  refuseInterrupted(options);
  const execution = await startProbe(clients.sfn, options);
  const result = await followExecution(clients, execution, options);
  if (result.status === 'FAILED') throw endedBadly(result, execution.name);
  const { error, probed } = (result.output ?? {}) as Output;
  if (error !== undefined) throw failure(error, result);
  const { result: made } = (probed ?? {}) as { readonly result?: unknown };
  if (made !== undefined && made !== null) return made;
  throw new MirrorError('BadFormat', `${execution.name} ended without a RESULT`, { hint: resultHint });
}

interface Output {
  readonly probed?: unknown;
  /** The error that a Catch has caught. */
  readonly error?: { readonly Error?: string; readonly Cause?: string };
}

function refuseInterrupted({ signal }: ProbeOptions): void {
  if (signal?.aborted === true) throw new MirrorError('Interrupted', 'not tested: interrupted');
}

/** Errors that no Catch catches: an invalid path in the definition, an execution that was stopped or timed out. */
function endedBadly({ error, cause }: Extract<ExecutionResult, { status: 'FAILED' }>, name: string): MirrorError {
  return isUnread(error, cause)
    ? unread(error, cause)
    : new MirrorError('ExecutionFailed', `${name}: ${error}: ${cause}`);
}

/** Whether the state machine failed to read the result of a build. CodeBuild's messages may contain RESULT as well. */
function isUnread(error: string, cause: string): boolean {
  return (
    /^States\.(Runtime|IntrinsicFailure|ParameterPathFailure|ResultPathMatchFailure)$/.test(error) &&
    /RESULT|Exported/.test(cause)
  );
}

function unread(error: string, cause: string): MirrorError {
  const message = `the state machine cannot read the RESULT of the build: ${error}: ${cause.slice(0, 300)}`;
  return new MirrorError('BadFormat', message, { hint: resultHint });
}

const resultHint =
  'the build succeeded, but its buildspec exported no RESULT: deploy again with the version of this command (npx cdk deploy); if the error persists, report it with the history of this execution';

function failure({ Error: error = '', Cause: cause = '' }: NonNullable<Output['error']>, result: ExecutionResult) {
  if (isAccountLimit(error)) return new MirrorError('NotReady', cause);
  if (isUnread(error, cause)) return unread(error, cause);
  const [told] = result.failures;
  if (told === undefined) return new MirrorError('ExecutionFailed', `${error}: ${cause}`);
  const hint = told.hint ?? (told.log === undefined ? undefined : `full log: ${told.log}`);
  return new MirrorError('ExecutionFailed', [told.error, ...told.tail].join('\n'), hint === undefined ? {} : { hint });
}
