import type { OperationOutcome } from '../../../../lib/job/operations/outcome';
import { smallSigner } from '../../../fixtures/mirrors/small-mirror';
import { MemoryStore } from '../../../publication/made/memory-store';
import { MadeMirror } from '../made-mirror';
import { requestOf } from './typed-line';

/** What is published on three days, of which the last ones are named. */
export const [tuesday, wednesday] = ['20261124.083000', '20261125.083000'] as const;

/** The newest versions of all products, if images are of this day, and the bootloader of the last one. */
export const all = (words: string) => ({
  pxelinux: 'wed',
  'ga-24.04': `${words}/${words}`,
  'hwe-24.04': `${words}/${words}`,
});

/** What the last of the commands has to say. */
export async function typedIn(mirror: MadeMirror, lines: readonly string[]): Promise<OperationOutcome> {
  const outcomes: OperationOutcome[] = [];
  for (const line of lines) outcomes.push(await mirror.operate(requestOf(line)));
  const [last] = outcomes.reverse();
  if (last === undefined) throw new RangeError('there is a line');
  return last;
}

/** Publishes images and bootloader of a day to candidate: `20261125`. */
export async function publishOn(mirror: MadeMirror, day: string, words: string): Promise<void> {
  mirror.turnClockTo(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T08:30:00Z`);
  const images = { 'ga-24.04': words, 'hwe-24.04': words };
  await mirror.publish('candidate', `${day}.083000`, { images, loader: words });
}

/**
 * Makes a mirror with three versions in candidate.
 * @param daily commands after each of them
 * @returns makes a copy of it, at the time of a fourth day
 */
export async function threeDays(daily: readonly string[], ...last: readonly string[]): Promise<() => MadeMirror> {
  const filled = new MemoryStore();
  const mirror = new MadeMirror(filled, await smallSigner());
  for (const [at, words] of ['mon', 'tue', 'wed'].entries()) {
    await publishOn(mirror, `202611${23 + at}`, words);
    await typedIn(mirror, daily);
  }
  await typedIn(mirror, last);
  return () => {
    const copy = new MadeMirror(filled.copy(), mirror.signer);
    copy.turnClockTo('2026-11-26T08:30:00Z');
    return copy;
  };
}
