import { MirrorError } from '../errors';
import type { ArchitectureResult } from '../job/handed-on/results';
import type { ConcludeInput, Plan } from '../job/plan';

/** How a round ends: with the result of the execution, or with the plan of another round. */
export type Conclusion =
  | { readonly again: false; readonly result: ExecutionOutput }
  | { readonly again: true; readonly plan: Plan };

/** The output of a successful execution. */
export interface ExecutionOutput {
  readonly execution: string;
  readonly release: string;
  readonly view: string;
  readonly architectures: readonly ArchitectureResult[];
}

/**
 * Ends an execution once every architecture has finished. A redrive starts at the step that failed, which is this one,
 * because earlier steps catch failures: it rebuilds the architectures that failed.
 * @throws ExecutionFailed with the outcome of each architecture
 */
export function conclude({ plan, architectures, redrives }: ConcludeInput): Conclusion {
  const results = [...plan.published, ...architectures];
  const failed = architectures.filter(({ outcome }) => outcome === 'failed');
  if (failed.length === 0) {
    const { execution, release, view } = plan;
    return { again: false, result: { execution, release, view, architectures: results } };
  }
  if (redrives === plan.redrives) {
    throw new MirrorError('ExecutionFailed', JSON.stringify(results.map(({ summary }) => summary)));
  }
  const names = failed.map(({ architecture }) => architecture);
  return {
    again: true,
    plan: {
      ...plan,
      architectures: plan.architectures.filter(({ architecture }) => names.includes(architecture)),
      published: results.filter(({ outcome }) => outcome === 'published'),
      redrives,
    },
  };
}
