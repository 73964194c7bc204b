/** Which run of which stage something is about. */
export interface StageRun {
  /** Name of the state: `ExtractHwe`. */
  readonly stage: string;
  /** @default - the stage is not of one architecture */
  readonly architecture: string | undefined;
  /** @default - the stage is not of one kernel flavour */
  readonly kernel: string | undefined;
  /** File, or address of AWS's console, that gets what a build prints. @default - a function, which has none */
  readonly log: string | undefined;
}

/** A stage that did not succeed, whether the state machine goes on without it or not. */
export interface Failure extends StageRun {
  /** Its last lines, at most 20. */
  readonly tail: readonly string[];
  /** In a sentence. */
  readonly error: string;
  /** What to do about it, where the error says so. */
  readonly hint: string | undefined;
}

/** What happens while an execution runs, on this machine or in the cloud. `stopped` are builds that are ended because another one failed. */
export type EngineEvent =
  | (StageRun & { readonly type: 'started' })
  | (StageRun & { readonly type: 'progress'; readonly text: string })
  /** `result` is what a function gave, or what CodeBuild says of a build. */
  | (StageRun & { readonly type: 'finished'; readonly seconds: number; readonly result: unknown })
  | (StageRun & { readonly type: 'stopped'; readonly seconds: number })
  | (Failure & { readonly type: 'failed'; readonly seconds: number });

/**
 * Name of the state that ends an execution, or has failed architectures built again in a redrive. That it runs, and that
 * it fails where others have failed before, tells nobody anything.
 */
export const concluding = 'Conclude';

/** Whether a change is told. @param error name of the error, or a text that begins with it */
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

/** How an execution ended. `failures` are also those that a Catch took, in the order in which they came. */
export type ExecutionResult =
  | { readonly status: 'SUCCEEDED'; readonly output: unknown; readonly failures: readonly Failure[] }
  | {
      readonly status: 'FAILED';
      readonly error: string;
      readonly cause: string;
      readonly failures: readonly Failure[];
    };
