import { setTimeout as sleep } from 'node:timers/promises';

/** Waits. @throws the reason of the signal, as soon as it is aborted */
export async function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await sleep(seconds * 1000, undefined, { ...(signal && { signal }) });
}
