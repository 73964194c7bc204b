import { type RunOptions, run } from '../../lib/machine/run';

/** What a command takes of processors, which is all that it waits for where nothing else wants one. */
export async function processorSeconds(command: readonly string[], options: RunOptions = {}): Promise<number> {
  const timing = 'TIMEFORMAT="%U %S"; { time "$@" >/dev/null 2>&1; } 2>&1';
  const [user = Number.NaN, system = Number.NaN] = (
    await run(['bash', '-c', timing, 'bash', ...command], { ...options, quiet: true })
  )
    .trim()
    .split(' ')
    .map(Number);
  return user + system;
}
