/* bin/terminal: terminal output and input: lines, tables, sizes, errors, Ctrl-C. */

import { inspect } from 'node:util';
import { type ErrorName, MirrorError, withoutPasswords } from '../../lib/errors';
import { printable, printableText } from '../../lib/machine/output/printable';
import { exitCodeWithoutReader, interruptWork } from './interruptible';
import { systemError } from './system-error';

/** Where commands print. Nothing else in the project prints; tests pass one that keeps the lines. */
export interface Terminal {
  /** A line of the result: goes to standard output. */
  out(line: string): void;
  /** A line about the work, or an error: goes to standard error. */
  err(line: string): void;
  /** Whether standard output is a terminal. */
  readonly isTTY: boolean;
  /** Characters in a line. @default 80 if it is not a terminal */
  readonly columns: number;
  /** Writes a binary result to standard output. @default - no binary output */
  writeBinary?(bytes: Buffer): void;
  /** Draws a line that the next one replaces; an empty one clears it. @default - no such line */
  status?(line: string): void;
  /** Asks a question on a terminal; only `y` and `yes` confirm. @default - there is no terminal to ask on */
  confirm?(question: string): Promise<boolean>;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  endWhenItCannotBeWritten(process.stdout);
  endWhenItCannotBeWritten(process.stderr);
  return {
    // Lines contain names of packages, logs and errors of servers.
    out: (line) => void process.stdout.write(`${printableText(line)}\n`),
    err: (line) => void process.stderr.write(`${printableText(line)}\n`),
    isTTY: process.stdout.isTTY === true,
    columns: process.stdout.columns ?? 80,
    writeBinary: (bytes) => void process.stdout.write(bytes),
    ...(process.stderr.isTTY === true && { status: drawStatus }),
    ...(process.stderr.isTTY === true && process.stdin.isTTY === true && { confirm }),
  };
}

/**
 * Prints an error: its message, its hint and its causes. Names of errors, and stacks of unexpected errors, are for developers:
 * they are printed only with MAAS_MIRROR_DEBUG=1.
 * @returns the exit code: 2 for misuse, 4 for a refusal because of a hold, a withdrawal, a check or a boot test, else 1
 */
export function reportError(thrown: unknown, terminal: Terminal, environment: NodeJS.ProcessEnv = process.env): number {
  const error = systemError(thrown);
  const ours = error instanceof MirrorError;
  const debug = environment.MAAS_MIRROR_DEBUG === '1';
  terminal.err(`${debug ? `error ${nameOf(error)}` : 'error'}: ${messageOf(error)}`);
  for (const line of ours ? linesOf(error.hint) : []) terminal.err(`  ${line}`);
  // "This operation was aborted" adds nothing to the message that follows Ctrl-C.
  const causes = [...causesOf(error)].filter((cause) => nameOf(cause) !== 'AbortError').map(messageOf);
  // Messages often end with that of their cause.
  for (const cause of causes.filter((text) => !messageOf(error).includes(text))) terminal.err(`  caused by: ${cause}`);
  if (ours) return error.misuse ? 2 : failureCode(error.name);

  if (debug) terminal.err(stackOf(error));
  else terminal.err('  Unexpected error. Set MAAS_MIRROR_DEBUG=1 for a stack trace.');
  return 1;
}

/** What an operator has decided is in the way, so that trying again does not help. */
const refusals: readonly string[] = ['Held', 'Withdrawn', 'NotAttested', 'NotBooted'] satisfies ErrorName[];

/** The exit code for an error of this name that is no misuse. */
export function failureCode(name: string): 1 | 4 {
  return refusals.includes(name) ? 4 : 1;
}

// `maas-mirror list … | head` closes the pipe early, which is not a failure. A build must not go on unseen.
function endWhenItCannotBeWritten(stream: NodeJS.WriteStream): void {
  if (streamsWatched.has(stream)) return;
  streamsWatched.add(stream);
  const isError = stream === process.stderr;
  let isReported = isError; // not where it cannot be written
  stream.on('error', (error: NodeJS.ErrnoException) => {
    const isGone = error.code === 'EPIPE';
    if (!isGone && !isReported)
      process.stderr.write(`error: cannot write to standard output: ${printable(error.message)}\n`);
    isReported ||= !isGone;
    if (interruptWork(isGone ? 'SIGPIPE' : undefined)) return;
    process.exit(isGone ? (process.exitCode ?? exitCodeWithoutReader(isError)) : process.exitCode || 1);
  });
}

const streamsWatched = new WeakSet<NodeJS.WriteStream>();

function drawStatus(line: string): void {
  process.stderr.write(`\r\u001b[2K${printable(line).slice(0, (process.stderr.columns ?? 80) - 1)}`);
}

async function confirm(question: string): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Otherwise readline makes an error of it. Nothing was done yet, so the signal may end the process.
  lines.once('SIGINT', () => {
    process.stderr.write('\n');
    process.kill(process.pid, 'SIGINT');
  });
  try {
    return /^y(?:es)?$/i.test((await lines.question(`${printable(question)} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}

function messageOf(error: unknown): string {
  return withoutPasswords(error instanceof Error ? error.message : String(error));
}

function linesOf(hint: string | undefined): string[] {
  return hint === undefined ? [] : hint.split('\n');
}

function* causesOf(error: unknown): Iterable<unknown> {
  const seen = new Set<unknown>();
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && !seen.has(cause)) {
    yield cause;
    seen.add(cause);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
}

function stackOf(error: unknown): string {
  const stack = error instanceof Error && error.stack !== undefined ? error.stack : String(error);
  if (/^ {4}at /m.test(stack) || typeof error !== 'object') return withoutPasswords(stack);
  return `${withoutPasswords(stack)}\n  the error has no stack, but these fields: ${withoutPasswords(inspect(error, { depth: 3 }))}`;
}
