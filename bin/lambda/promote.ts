import type { OperationAnswer } from '../../lib/job/operations/answer';
import { type CallContext, operateInFunction } from '../operation/in-function';

/** The Promote function: carries out promotions, for operators. */
export async function handler(event: unknown, context: CallContext): Promise<OperationAnswer> {
  return operateInFunction(event, context, ({ operation: { does } }) => does === 'promote');
}
