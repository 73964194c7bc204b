import type { Bench } from '../bench';
import { StateError } from '../state-error';
import { callFunction } from './lambda';
import { observed } from './observed';

/** The parameters of `lambda:invoke`. */
export interface Invoke {
  readonly FunctionName: string;
  readonly Payload?: unknown;
}

/** The result of `lambda:invoke`. */
export async function functionTask(state: string, { FunctionName, Payload }: Invoke, bench: Bench): Promise<unknown> {
  return { ExecutedVersion: '$LATEST', Payload: await invoke(state, FunctionName, Payload, bench), StatusCode: 200 };
}

/** The result of the function itself. */
export async function invoke(stage: string, name: string, payload: unknown, bench: Bench): Promise<unknown> {
  const called = bench.assembly.functions.get(name);
  if (called === undefined) {
    throw new StateError(
      'Lambda.ResourceNotFoundException',
      `${stage} calls ${JSON.stringify(name)}: no such function`,
    );
  }
  const run = { stage, architecture: architectureOf(payload), kernel: undefined, log: undefined };
  return observed(run, bench, () => callFunction(called, payload, bench.environment));
}

function architectureOf(payload: unknown): string | undefined {
  const { job } = (payload ?? {}) as { readonly job?: { readonly architecture?: unknown } };
  return typeof job?.architecture === 'string' ? job.architecture : undefined;
}
