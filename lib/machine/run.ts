import { ExecaError, execa } from 'execa';
import { MirrorError, withoutPasswords } from '../errors';

/** A program and its arguments: built by pure functions, run by {@link run}. */
export type Command = readonly [program: string, ...args: string[]];

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment. @default - that of this process */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** @default false: what the program prints goes to our log; true keeps it out */
  readonly quiet?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Runs a program to its end and returns what it printed on standard output. Its output also goes to our own standard
 * output, which is the log of the build; there, and in what is returned then, addresses have no passwords.
 * @throws CommandFailed with the command and its last lines; DiskFull where that was the reason; MissingTool
 */
export async function run(command: Command, options: RunOptions = {}): Promise<string> {
  const [program, ...args] = command;
  const kept = options.quiet ? (['pipe'] as const) : ([shownLines, 'pipe', 'inherit'] as const);
  try {
    const { stdout } = await execa(program, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      // English, because messages are looked into.
      ...(options.env === undefined ? { env: { LC_ALL: 'C' } } : { env: options.env, extendEnv: false }),
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal, forceKillAfterDelay: 2000 }),
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
      stdout: [...kept],
      stderr: [...kept],
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    throw error instanceof ExecaError ? failureOf(command, error) : error;
  }
}

/** apt names a repository that it cannot read by its whole address. */
function* shownLines(line: unknown): Generator<string> {
  yield withoutPasswords(String(line));
}

function failureOf(command: Command, error: ExecaError): MirrorError {
  if (error.code === 'ENOENT') {
    return new MirrorError('MissingTool', `there is no program ${command[0]} on this machine`, {
      hint: 'sh buildspecs/host-tools.sh all installs what the stages need',
      cause: error,
    });
  }
  const printed = `${error.stdout ?? ''}\n${error.stderr ?? ''}`;
  const tail = lastLines(printed, 8);
  if (/No space left on device|Write failed because|have enough free space in/.test(printed)) {
    return new MirrorError('DiskFull', `${command[0]} found no space left:\n${tail}`, {
      hint: 'free some space, or give the build another place with --work DIR or TMPDIR',
    });
  }
  const said = `${command.join(' ').slice(0, 400)} ${howItEnded(error)}:\n${tail}`;
  return new MirrorError('CommandFailed', withoutPasswords(said).replace(/:\n$/, ''), { cause: error });
}

function howItEnded({ exitCode, signal, code }: ExecaError): string {
  if (exitCode !== undefined) return `ended ${exitCode}`;
  return signal === undefined ? `could not be started (${code})` : `was ended by ${signal}`;
}

/** The last few lines that are not empty. */
export function lastLines(text: string, count: number): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');
}
