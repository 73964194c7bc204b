/** An error as the state machine sees it: `Error` is its name, `Cause` its message. */
export class StateError extends Error {
  override readonly name: string;
  /** Read by aws-local-stepfunctions: whether Retry and Catch may match. */
  readonly isRetryable: boolean;
  readonly isCatchable: boolean;

  /** @param terminal whether no Catch can handle it, not even States.ALL */
  constructor(name: string, message: string, { terminal = false }: { readonly terminal?: boolean } = {}) {
    super(message);
    this.name = name;
    this.isRetryable = !terminal;
    this.isCatchable = !terminal;
  }
}

/** Step Functions' limit for the input or output of a state, in bytes of JSON. */
const payloadLimit = 256 * 1024;

/** @throws States.DataLimitExceeded, which aws-local-stepfunctions does not know and no state can catch */
export function checkPayload(payload: unknown, what: string): void {
  const size = Buffer.byteLength(JSON.stringify(payload ?? null));
  if (size <= payloadLimit) return;
  throw new StateError('States.DataLimitExceeded', `${what} has ${size} bytes; the limit is ${payloadLimit}`, {
    terminal: true,
  });
}
