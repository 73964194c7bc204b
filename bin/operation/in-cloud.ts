import { MirrorError } from '../../lib/errors';
import type { Operation } from '../../lib/job/operations/operation';
import type { OperationOutcome } from '../../lib/job/operations/outcome';
import type { Terminal } from '../terminal/terminal';

/** Has a deployed stack carry out an operation. */
export async function operateInCloud(_asked: Operation, stack: string, _terminal: Terminal): Promise<OperationOutcome> {
  throw new MirrorError('NotSupported', `the stack ${stack} cannot carry out operations yet`, {
    hint: 'run the command with --mirror s3://BUCKET, where you can write to it',
  });
}
