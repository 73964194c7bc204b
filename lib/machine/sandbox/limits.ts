/* machine/sandbox: limits and system calls of programs of a foreign tree. */

import { join } from 'node:path';
import { ExecaError } from 'execa';
import { MirrorError, withoutPasswords } from '../../errors';
import { type Command, run } from '../run';

/** Far above what any build has needed, and far below what takes a machine down. */
export const limits = {
  /** Per cent of the memory that is available when a program starts, files of the tree that it writes among it. */
  memory: 90,
  /** At one time, threads among them. */
  processes: 4096,
  /** Bytes of one file; its holes count. */
  file: 16 * 2 ** 30,
} as const;

/** Runs a program, which makes namespaces, within limits that end all that it has started. */
export function withinLimits(tools: string, command: Command): Command {
  return [...watching(tools), 'prlimit', `--fsize=${limits.file}`, '--core=0', '--', ...command];
}

/** By what this machine keeps the limits of memory and processes: where no cgroup can be made, by looking. */
export interface LimitKeepers {
  /** Words, such as `memory: a cgroup, processes: a watcher`. */
  readonly words: string;
  /** Why there is no cgroup for one of them. @default - there is for both */
  readonly whyNot?: string;
}

/** @throws what {@link run} throws */
export async function limitKeepers(tools: string): Promise<LimitKeepers> {
  const lines = (await run(watching(tools), { quiet: true })).split('\n');
  const words = lines.filter((line) => /^(?:memory|processes): /.test(line)).join(', ');
  const whyNot = lines.find((line) => line.startsWith(because))?.slice(because.length);
  return words.includes('watcher') ? { words, whyNot: whyNot ?? 'for no known reason' } : { words };
}

/** Says which limit ended a program, where one did; anything else comes back as it is. */
export function limitReached(error: unknown): unknown {
  if (!(error instanceof MirrorError) || error.name !== 'CommandFailed') return error;
  const { cause } = error;
  const printed = cause instanceof ExecaError ? `${cause.stdout ?? ''}\n${cause.stderr ?? ''}` : error.message;
  const [, kind, held] = /(?:^|\n)limit reached: (memory|processes), (.*)\n*$/.exec(printed) ?? [];
  if (kind === 'memory') return tooMuch(`wanted more memory than ${held}`, moreMemory, error);
  if (kind === 'processes') return tooMuch(`had more than ${held} processes at one time`, fewerProcesses, error);
  const tooLarge = printed.split('\n').find((line) => /File too large|File size limit exceeded/i.test(line));
  if (tooLarge === undefined) return error;
  const seen = withoutPasswords(tooLarge.trim()).slice(0, 400);
  return tooMuch(`made a file larger than ${limits.file / 2 ** 30} GiB, holes included: ${seen}`, smallerFile, error);
}

function tooMuch(what: string, hint: string, cause: MirrorError): MirrorError {
  return new MirrorError('LimitReached', `a program of the image or of a package ${what}`, { hint, cause });
}

const moreMemory =
  'the limit is nine tenths of the memory that was available: build on a machine with more, or find the package that takes it; the log shows which one was being installed';
const fewerProcesses =
  'no package needs so many: the log shows which one was being installed; leave it out, or report it to its maintainers';
const smallerFile =
  'no image can hold such a file: leave the package out that makes it, or report it to its maintainers';

const because = 'because: ';

function watching(tools: string): [string, ...string[]] {
  return ['perl', join(tools, 'within-limits.pl'), String(limits.memory), String(limits.processes)];
}
