import type { ExecutionResult, Failure } from './events';

/** Whether an execution failed only because upstream is mid-update, which passes: every cause is a NotReady. */
export function isNotReady(result: ExecutionResult): boolean {
  if (result.status !== 'FAILED' || !endsOfStages.includes(result.error)) return false;
  const { failures } = result;
  const causes = failures.filter((failure) => !isSequel(failure, failures));
  return causes.length > 0 && causes.every((failure) => errorOf(failure).startsWith('NotReady: '));
}

/**
 * Errors of an execution in which a stage failed: from its last state, from a function, or from a build that no Catch handles.
 * No stage explains any other error: the execution was aborted, timed out, or broke a rule of Step Functions.
 */
const endsOfStages = ['ExecutionFailed', 'NotReady', 'States.TaskFailed'];

/** Whether it is Publish, which fails by this name only because a kernel of its architecture failed. */
function isSequel(failure: Failure, failures: readonly Failure[]): boolean {
  const isOfSame = (other: Failure) => other !== failure && other.architecture === failure.architecture;
  return errorOf(failure).startsWith('RequiredKernelFailed: ') && failures.some(isOfSame);
}

/** Prefers the error that the stage printed to "the command failed". */
export function errorOf({ tail, error }: Failure): string {
  return tail.findLast((line) => line.startsWith('error '))?.slice('error '.length) ?? error;
}
