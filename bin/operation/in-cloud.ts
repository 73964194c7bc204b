import type { Operation } from '../../lib/job/operations/operation';
import type { OperationOutcome } from '../../lib/job/operations/outcome';
import type { Terminal } from '../terminal/terminal';

/**
 * Has the functions of a deployed stack carry out an operation.
 * @throws what operateByStack throws
 */
export async function operateInCloud(asked: Operation, stack: string, terminal: Terminal): Promise<OperationOutcome> {
  // Loaded on demand: few commands call a function.
  const { operateByStack } = await import('../../lib/cloud/operations/operate-by-stack.js');
  const outcome = await operateByStack(asked, stack);
  for (const { view, more } of outcome.views) {
    if (more !== undefined) terminal.err(`${view}: ${more} more lines, for which the answer has no room`);
  }
  return outcome;
}
