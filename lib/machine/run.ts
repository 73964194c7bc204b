/* machine: use of this Linux machine; the only room that starts processes. */

import { ExecaError, execa } from 'execa';
import { MirrorError } from '../errors';
import { quietOutput, shownOutput } from './output/collected';
import { foreignText, longestLine } from './output/printable';

/** A program and its arguments, built by pure functions and run by {@link run}. */
export type Command = readonly [program: string, ...args: string[]];

export interface RunOptions {
  readonly cwd?: string;
  /** The complete environment. @default - the environment of this process */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Whether to keep the output of the program out of the log. @default false */
  readonly quiet?: boolean;
  readonly signal?: AbortSignal;
  /** The command as named in error messages. @default - the command */
  readonly shown?: Command;
}

/**
 * Runs a program and returns its standard output. Unless `quiet` is set, its output also goes to our standard output,
 * the build log; both are then made safe: no passwords in URLs, no lines longer than 64 kB, no control sequences.
 * @returns if not quiet, the last megabyte of the output
 * @throws CommandFailed with the command and its last lines; DiskFull if that was the reason; MissingTool
 */
export async function run(command: Command, options: RunOptions = {}): Promise<string> {
  const { started, out, err, hadTooMuch } = start(command, options);
  try {
    await started;
    return out.text();
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    // Callers look for the output in the fields that execa uses.
    Object.assign(error, { stdout: out.text(), stderr: err.text(), isMaxBuffer: hadTooMuch() });
    throw failureOf(options.shown ?? command, error);
  }
}

/** execa does not buffer: it would copy a long output into its error message, with a backslash per character. */
function start([program, ...args]: Command, options: RunOptions) {
  const common = {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    // English, because messages are parsed.
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
    return new MirrorError('MissingTool', `${command[0]} is not installed`, {
      hint: 'run `sh buildspecs/host-tools.sh all` as root to install the tools that the stages need',
      cause: error,
    });
  }
  const printed = `${error.stdout ?? ''}\n${error.stderr ?? ''}`;
  const tail = foreignText(lastLines(printed, 8));
  if (/No space left on device|Write failed because|have enough free space in/.test(printed)) {
    return new MirrorError('DiskFull', `no space left on device, running ${command[0]}:\n${tail}`, {
      hint: 'free some space, or use another work folder with --work DIR or TMPDIR',
    });
  }
  const said = foreignText(`${command.join(' ').slice(0, 400)} ${howItEnded(error)}:`);
  return new MirrorError('CommandFailed', tail === '' ? said.slice(0, -1) : `${said}\n${tail}`, { cause: error });
}

function howItEnded({ exitCode, signal, code, isMaxBuffer }: ExecaError): string {
  if (isMaxBuffer) return 'printed more than 64 MB';
  if (exitCode !== undefined) return `exited with ${exitCode}`;
  return signal === undefined ? `could not be started (${code})` : `was killed by ${signal}`;
}

/** The last lines that are not empty. */
export function lastLines(text: string, count: number): string {
  return text
    .split('\n')
    .filter((line) => /\S/.test(line))
    .slice(-count)
    .map((line) => line.slice(0, longestLine))
    .join('\n');
}
