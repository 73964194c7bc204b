/* machine: the Linux machine that builds run on; the only room that starts processes. */

import { ExecaError, execa } from 'execa';
import { MirrorError } from '../errors';
import { quietOutput, shownOutput } from './output/collected';
import { foreignText, longestLine } from './output/printable';

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
  /** What messages name as the command that failed. @default - the command */
  readonly shown?: Command;
}

/**
 * Runs a program to its end and returns what it printed on standard output. Its output also goes to our own standard
 * output, which is the log of the build; there, and in what is returned then, addresses have no passwords, lines are no
 * longer than 64 kB and have nothing in them that a terminal or the log's reader would take for more than text.
 * @returns where it is shown, its last megabyte
 * @throws CommandFailed with the command and its last lines; DiskFull where that was the reason; MissingTool
 */
export async function run(command: Command, options: RunOptions = {}): Promise<string> {
  const { started, out, err, hadTooMuch } = start(command, options);
  try {
    await started;
    return out.text();
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    // Whoever looks for a reason finds it where execa would have it.
    Object.assign(error, { stdout: out.text(), stderr: err.text(), isMaxBuffer: hadTooMuch() });
    throw failureOf(options.shown ?? command, error);
  }
}

/** execa itself keeps nothing: what it keeps of a long output stands in its message, too, with a backslash per letter. */
function start([program, ...args]: Command, options: RunOptions) {
  const common = {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    // English, because messages are looked into.
    ...(options.env === undefined ? { env: { LC_ALL: 'C' } } : { env: options.env, extendEnv: false }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal, forceKillAfterDelay: 2000 }),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    buffer: false,
  } as const;
  if (!options.quiet) {
    const [out, err] = [shownOutput(), shownOutput()];
    const streams = { stdout: [out.transform, 'inherit'], stderr: [err.transform, 'inherit'] } as const;
    return { started: execa(program, args, { ...common, ...streams }), out, err, hadTooMuch: () => false };
  }
  let isTooMuch = false;
  const end = () => {
    isTooMuch = true;
    started.kill();
  };
  const [out, err] = [quietOutput(end), quietOutput(end)];
  const started = execa(program, args, common);
  started.stdout.on('data', out.take);
  started.stderr.on('data', err.take);
  return { started, out, err, hadTooMuch: () => isTooMuch };
}

function failureOf(command: Command, error: ExecaError): MirrorError {
  if (error.code === 'ENOENT') {
    return new MirrorError('MissingTool', `there is no program ${command[0]} on this machine`, {
      hint: 'sh buildspecs/host-tools.sh all installs what the stages need',
      cause: error,
    });
  }
  const printed = `${error.stdout ?? ''}\n${error.stderr ?? ''}`;
  const tail = foreignText(lastLines(printed, 8));
  if (/No space left on device|Write failed because|have enough free space in/.test(printed)) {
    return new MirrorError('DiskFull', `${command[0]} found no space left:\n${tail}`, {
      hint: 'free some space, or give the build another place with --work DIR or TMPDIR',
    });
  }
  const said = foreignText(`${command.join(' ').slice(0, 400)} ${howItEnded(error)}:`);
  return new MirrorError('CommandFailed', tail === '' ? said.slice(0, -1) : `${said}\n${tail}`, { cause: error });
}

function howItEnded({ exitCode, signal, code, isMaxBuffer }: ExecaError): string {
  if (isMaxBuffer) return 'printed more than 64 MB';
  if (exitCode !== undefined) return `ended ${exitCode}`;
  return signal === undefined ? `could not be started (${code})` : `was ended by ${signal}`;
}

/** The last few lines that are not empty. */
export function lastLines(text: string, count: number): string {
  return text
    .split('\n')
    .filter((line) => /\S/.test(line))
    .slice(-count)
    .map((line) => line.slice(0, longestLine))
    .join('\n');
}
