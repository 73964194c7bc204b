import type { ExecutionResult, Failure } from './events';

/**
 * Whether an execution failed only because upstream is in the middle of an update, which passes: all that failed by
 * itself was told to come again later.
 */
export function isNotReady(result: ExecutionResult): boolean {
  if (result.status !== 'FAILED' || !endsOfStages.includes(result.error)) return false;
  const { failures } = result;
  const causes = failures.filter((failure) => !isSequel(failure, failures));
  return causes.length > 0 && causes.every((failure) => errorOf(failure).startsWith('NotReady: '));
}

/**
 * How an execution ends that stages have failed in: by its own last state, by what a function threw, or by a build that
 * nothing catches. Anything else (it was aborted, ran out of time, broke a rule of Step Functions) no stage explains.
 */
const endsOfStages = ['ExecutionFailed', 'NotReady', 'States.TaskFailed'];

/** Publish fails after the kernels of its architecture, and for nothing else by this name. */
function isSequel(failure: Failure, failures: readonly Failure[]): boolean {
  const isOfSame = (other: Failure) => other !== failure && other.architecture === failure.architecture;
  return errorOf(failure).startsWith('RequiredKernelFailed: ') && failures.some(isOfSame);
}

/** A stage's own last word says more than that its command has failed. */
export function errorOf({ tail, error }: Failure): string {
  return tail.findLast((line) => line.startsWith('error '))?.slice('error '.length) ?? error;
}
