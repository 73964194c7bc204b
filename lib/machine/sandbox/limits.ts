/* machine/sandbox: resource limits and system call filters for programs of a foreign tree. */

import { join } from 'node:path';
import { ExecaError } from 'execa';
import { MirrorError, withoutPasswords } from '../../errors';
import { type Command, run } from '../run';

/** Far above the needs of any known build, and far below what makes a machine unusable. */
export const limits = {
  /** Per cent of the memory available at program start, including files that it writes into the tree. */
  memory: 90,
  /** At one time, including threads. */
  processes: 4096,
  /** Bytes of one file, including holes. */
  file: 16 * 2 ** 30,
} as const;

/** Runs a program, which creates namespaces, within limits; exceeding one ends all processes that it has started. */
export function withinLimits(tools: string, command: Command): Command {
  return [...watching(tools), 'prlimit', `--fsize=${limits.file}`, '--core=0', '--', ...command];
}

/** How this machine enforces the limits on memory and processes: by cgroups or, if it cannot create any, by polling. */
export interface LimitKeepers {
  /** For the log: `memory: a cgroup, processes: a watcher`. */
  readonly words: string;
  /** Why one of them has no cgroup. @default - both have one */
  readonly whyNot?: string;
}

/** @throws what {@link run} throws */
export async function limitKeepers(tools: string): Promise<LimitKeepers> {
  const lines = (await run(watching(tools), { quiet: true })).split('\n');
  const words = lines.filter((line) => /^(?:memory|processes): /.test(line)).join(', ');
  const whyNot = lines.find((line) => line.startsWith(because))?.slice(because.length);
  return words.includes('watcher') ? { words, whyNot: whyNot ?? 'unknown reason' } : { words };
}

/** Turns the failure of a program that exceeded a limit into LimitReached. Returns every other error unchanged. */
export function limitReached(error: unknown): unknown {
  if (!(error instanceof MirrorError) || error.name !== 'CommandFailed') return error;
  const { cause } = error;
  const printed = cause instanceof ExecaError ? `${cause.stdout ?? ''}\n${cause.stderr ?? ''}` : error.message;
  const [, kind, held] = /(?:^|\n)limit reached: (memory|processes), (.*)\n*$/.exec(printed) ?? [];
  if (kind === 'memory') return tooMuch(`needed more than ${held} of memory`, moreMemory, error);
  if (kind === 'processes') return tooMuch(`had more than ${held} processes at one time`, fewerProcesses, error);
  const tooLarge = printed.split('\n').find((line) => /File too large|File size limit exceeded/i.test(line));
  if (tooLarge === undefined) return error;
  const seen = withoutPasswords(tooLarge.trim()).slice(0, 400);
  return tooMuch(
    `wrote a file larger than ${limits.file / 2 ** 30} GiB (including holes): ${seen}`,
    smallerFile,
    error,
  );
}

function tooMuch(what: string, hint: string, cause: MirrorError): MirrorError {
  return new MirrorError('LimitReached', `a program of the image or of a package ${what}`, { hint, cause });
}

const moreMemory =
  'the limit is 90% of the available memory: build on a machine with more memory, or leave out the package that needs it; see the log for the package that was being installed';
const fewerProcesses =
  'no known package needs this many: see the log for the package that was being installed, then leave it out or report it to its maintainers';
const smallerFile =
  'the file is too large for an image: leave out the package that writes it, or report it to its maintainers';

const because = 'because: ';

function watching(tools: string): [string, ...string[]] {
  return ['perl', join(tools, 'within-limits.pl'), String(limits.memory), String(limits.processes)];
}
