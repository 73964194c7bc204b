import { MirrorError } from '../../errors';
import type { Violation } from '../../simplestreams/contract/contract-rules';

/** One thing that is wrong with a mirror. */
export interface Problem {
  /** Key of the object in the store, `candidate/streams/v1/index.sjson`. */
  readonly object: string;
  /** A stable word: one of those that verify.ts lists, or a rule of the contract (lib/simplestreams). */
  readonly rule: string;
  readonly message: string;
}

export function missing(object: string, why: string): Problem {
  return { object, rule: 'missing', message: `missing: ${why}` };
}

/** Makes a broken rule of the contract a problem of the file that it was found in. */
export function violated(object: string): (violation: Violation) => Problem {
  return ({ rule, where, message }) => ({ object, rule, message: `${where}: ${message}` });
}

/** Reads something, or adds to the problems why it cannot be read. */
export function badFormat<Read>(
  object: string,
  problems: readonly Problem[],
  read: () => Read,
): Read | { problems: Problem[] } {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MirrorError) || error.name !== 'BadFormat') throw error;
    return { problems: [...problems, { object, rule: 'format', message: error.message }] };
  }
}
