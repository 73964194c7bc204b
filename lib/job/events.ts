/** One run of a stage. */
export interface StageRun {
  /** Name of the state: `ExtractHwe`. */
  readonly stage: string;
  /** @default - the stage is not for one architecture */
  readonly architecture: string | undefined;
  /** @default - the stage is not for one kernel flavour */
  readonly kernel: string | undefined;
  /** Log file, or console URL of the log. @default - a function, which has none */
  readonly log: string | undefined;
}

/** A failed stage, whether or not the state machine continues without it. */
export interface Failure extends StageRun {
  /** The last lines of its log, at most 20. */
  readonly tail: readonly string[];
  /** In one sentence. */
  readonly error: string;
  /** What to do about it, if the error says so. */
  readonly hint: string | undefined;
}

/** What happens during an execution, on this machine or in AWS. `stopped`: a build that was stopped because another failed. */
export type EngineEvent =
  | (StageRun & { readonly type: 'started' })
  | (StageRun & { readonly type: 'progress'; readonly text: string })
  /** `result`: what the function returned, or CodeBuild's description of the build. */
  | (StageRun & { readonly type: 'finished'; readonly seconds: number; readonly result: unknown })
  | (StageRun & { readonly type: 'stopped'; readonly seconds: number })
  | (Failure & { readonly type: 'failed'; readonly seconds: number });

/**
 * Name of the state that ends an execution, or rebuilds failed architectures in a redrive. It is not reported when it runs,
 * or when it fails because others failed: neither tells users anything new.
 */
export const concluding = 'Conclude';

/** Whether to report a change. @param error name of the error, or a text that begins with it */
export function isTold({
  stage,
  type,
  error,
}: {
  readonly stage: string;
  readonly type: string;
  readonly error?: string;
}): boolean {
  return stage !== concluding || (type === 'failed' && error?.startsWith('ExecutionFailed') !== true);
}

/** How an execution ended. `failures` includes failures that a Catch handled, oldest first. */
export type ExecutionResult =
  | { readonly status: 'SUCCEEDED'; readonly output: unknown; readonly failures: readonly Failure[] }
  | {
      readonly status: 'FAILED';
      readonly error: string;
      readonly cause: string;
      readonly failures: readonly Failure[];
    };
