import type { OperationAnswer } from '../../lib/job/operations/answer';
import { type CallContext, operateInFunction } from '../operation/in-function';

/** The Operate function: carries out every operation except promotions, for which there is a permission of its own. */
export async function handler(event: unknown, context: CallContext): Promise<OperationAnswer> {
  return operateInFunction(event, context, ({ operation: { does } }) => does !== 'promote');
}
