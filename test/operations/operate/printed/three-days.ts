import type { OperationOutcome } from '../../../../lib/job/operations/outcome';
import type { MadeMirror } from '../made-mirror';
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
