import { type RunOptions, run } from '../../lib/machine/run';

/**
 * What a command takes of processors, in empty starts of Node: machines differ by more than a factor of two, and so does one
 * machine from hour to hour. A start takes 25 ms on the machine for which the limits were promised in seconds.
 */
export async function startsOfNode(command: readonly string[], options: RunOptions = {}): Promise<number> {
  const starts: number[] = [];
  const start = async () => starts.push(await processorSeconds([process.execPath, '--eval', '0']));
  for (let run = 0; run < 3; run++) await start();
  const taken = await processorSeconds(command, options);
  for (let run = 0; run < 3; run++) await start();
  // The mean, before and after: what slows down the command, such as another program on the same core, slows down these, too.
  return (taken * starts.length) / starts.reduce((sum, one) => sum + one, 0);
}

/** What a command takes of processors, which is all that it waits for where nothing else wants one. */
async function processorSeconds(command: readonly string[], options: RunOptions = {}): Promise<number> {
  const timing = 'TIMEFORMAT="%U %S"; { time "$@" >/dev/null 2>&1; } 2>&1';
  const [user = Number.NaN, system = Number.NaN] = (
    await run(['bash', '-c', timing, 'bash', ...command], { ...options, quiet: true })
  )
    .trim()
    .split(' ')
    .map(Number);
  return user + system;
}
