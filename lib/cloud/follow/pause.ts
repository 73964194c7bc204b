import { setTimeout as sleep } from 'node:timers/promises';

/** Waits. @throws the signal's reason, at once, when it is raised */
export async function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await sleep(seconds * 1000, undefined, { ...(signal && { signal }) });
}
