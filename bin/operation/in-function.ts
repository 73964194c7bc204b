import { MirrorError } from '../../lib/errors';
import { mirrorStoreVariable } from '../../lib/job/execution-names';
import { answerable, type OperationAnswer, operationOf, refusalOf } from '../../lib/job/operations/answer';
import type { Operation } from '../../lib/job/operations/operation';
import { type OperateBench, operate } from '../../lib/operations/operate';
import { requireOwnKey } from '../../lib/publication/mirror/keyring';
import { openStore } from '../../lib/store/open';
import { signerFrom } from '../keys/signing-key';

/** What Lambda tells a function of its call. */
export interface CallContext {
  readonly awsRequestId: string;
}

/**
 * Carries out an operation in a function. What is refused is an answer, not an error: the metric of errors is for failures.
 * @param may whether this function carries out such operations, which permissions to call it depend on
 */
export async function operateInFunction(
  event: unknown,
  context: CallContext,
  may: (asked: Operation) => boolean,
): Promise<OperationAnswer> {
  try {
    const asked = operationOf(event);
    if (!may(asked)) throw forOther(asked);
    return answerable(await operate(asked, await operateBench(context, asked)));
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    console.log(JSON.stringify(refusal));
    return refusal;
  }
}

/** @throws NotSupported for the mirror of an older release, unless it is to be upgraded */
export async function operateBench({ awsRequestId }: CallContext, asked?: Operation): Promise<OperateBench> {
  const { [mirrorStoreVariable]: address = '', MIRROR_SIGNING_KEY = '' } = process.env;
  const upgrades = asked?.operation.does === 'repair' && asked.operation.upgrade;
  const signer = await signerFrom(MIRROR_SIGNING_KEY);
  const mirror = await openStore(address, { writes: !upgrades });
  await requireOwnKey({ mirror, signer });
  return { mirror, signer, now: () => new Date(), request: awsRequestId, log: (line) => console.log(line) };
}

function forOther({ operation: { does } }: Operation): MirrorError {
  const [own, other] = does === 'promote' ? ['Operate', 'Promote'] : ['Promote', 'Operate'];
  return new MirrorError('BadInput', `${does} is not for the function ${own}`, {
    hint: `call the function ${other}; maas-mirror --stack does`,
    misuse: true,
  });
}
