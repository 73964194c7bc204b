import type { FileHandle } from 'node:fs/promises';
import { readFile, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { MirrorError } from '../../errors';
import { type Command, run } from '../../machine/run';
import { hasCode } from '../../store/durable';
import { namespaceCommand } from '../namespace';
import { Answers } from './answers';
import { makePipes, readPipe, writePipe } from './named-pipes';

export interface ShellOptions {
  /** Folder for the shell's own files. */
  readonly folder: string;
  readonly cwd: string;
  /** The whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Receives all output, including standard error, in order. */
  readonly onOutput: (chunk: Buffer) => Promise<void>;
}

/**
 * One bash process in its own namespaces, which runs one command after the other: changes to the environment and the
 * working directory apply to the next command. It never outlives this process, however that ends.
 */
export interface Shell extends AsyncDisposable {
  /** @returns the exit status, or undefined if the shell ended instead */
  run(command: string): Promise<number | undefined>;
  /** @returns the value of an exported variable, or undefined if it is not set */
  valueOf(variable: string): Promise<string | undefined>;
  /**
   * Ends every process in the namespaces, and returns when they have ended and their mounts are gone.
   * @throws what `onOutput` threw
   */
  kill(): Promise<void>;
}

/** @throws CommandFailed if the shell does not start */
export async function openShell({ folder, cwd, environment, onOutput }: ShellOptions): Promise<Shell> {
  const at = (name: string) => join(folder, name);
  await writeFile(at('shell.sh'), driver);
  await makePipes([at('commands'), at('answers'), at('output')]);
  const commands = await writePipe(at('commands'));
  const answers = readPipe(at('answers'));
  const output = readPipe(at('output'));

  const words = ownSession(at('pid'), namespaceCommand(['bash', at('shell.sh')]));
  const ending = run(words, { cwd, env: environment, quiet: true }).then(noComplaint, (error: Error) => error.message);
  const pumped = pump(output.stream, onOutput);
  const shell = new NamespaceShell(at('pid'), commands, new Answers(answers.stream), [ending, pumped]);
  pumped.catch(() => shell.kill()).catch(() => undefined); // without a reader the shell would block; disposing throws the error
  await Promise.race([shell.run(':'), ending]);
  answers.expectEnd();
  output.expectEnd();
  if ((await shell.run(':')) === 0) return shell;
  await shell.kill();
  throw new MirrorError('CommandFailed', `cannot start a shell in its own namespaces: ${await ending}`);
}

/** A session of its own: Ctrl-C at the terminal reaches only us, and we end the build. The process id goes into the file. */
function ownSession(pidFile: string, command: Command): Command {
  return ['setsid', 'sh', '-c', 'echo $$ >"$0"; exec "$@"', pidFile, ...command];
}

/**
 * Answers each command with its exit status. An `exit` in a command ends that command, not the build: the shell restarts
 * itself in the same process, with its environment and working directory.
 */
const driver = `exec 3<"\${0%/*}/commands" 4>"\${0%/*}/answers" >"\${0%/*}/output" 2>&1 </dev/null
trap 'printf "%s\\0" "$?" >&4; exec "$BASH" "$0"' EXIT
while IFS= read -r -d "" -u 3 command; do
  eval "$command"
  printf "%s\\0" "$?" >&4
done
`;

class NamespaceShell implements Shell {
  readonly #pidFile: string;
  readonly #commands: FileHandle;
  readonly #answers: Answers;
  readonly #gone: Promise<unknown>;
  #isGone = false;
  #killed: Promise<void> | undefined;

  constructor(pidFile: string, commands: FileHandle, answers: Answers, ends: readonly Promise<unknown>[]) {
    this.#pidFile = pidFile;
    this.#commands = commands;
    this.#answers = answers;
    this.#gone = Promise.allSettled(ends).then((settled) => {
      this.#isGone = true;
      for (const end of settled) if (end.status === 'rejected') throw end.reason;
    });
    this.#gone.catch(() => undefined); // kill() throws it
  }

  async run(command: string): Promise<number | undefined> {
    const answer = await this.#ask(command);
    return answer === undefined ? undefined : Number(answer);
  }

  async valueOf(variable: string): Promise<string | undefined> {
    const value = `if [[ "\${${variable}@a}" == *x* ]]; then printf "=%s\\0" "$${variable}"; else printf "\\0"; fi`;
    const answer = await this.#ask(`set +eu; ${value} >&4`);
    if (answer === undefined) return undefined;
    await this.#answers.next(); // the status
    return answer === '' ? undefined : answer.slice(1);
  }

  kill(): Promise<void> {
    this.#killed ??= this.#kill();
    return this.#killed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #ask(command: string): Promise<string | undefined> {
    if (this.#isGone) return undefined;
    await this.#commands.write(`${command}\0`);
    return this.#answers.next();
  }

  /**
   * Kills the namespace's first process, not the wrapper that waits for it: the kernel reports its end only when all
   * others have ended, so when the wrapper has ended, nothing is left.
   */
  async #kill(): Promise<void> {
    if (!this.#isGone) for (const pid of await childrenOf(this.#pidFile)) killIfThere(pid);
    try {
      await this.#gone;
    } finally {
      await this.#commands.close();
    }
  }
}

async function childrenOf(pidFile: string): Promise<number[]> {
  try {
    const pid = (await readFile(pidFile, 'utf8')).trim();
    const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.split(' ').filter(Boolean).map(Number);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH')) return [];
    throw error;
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

async function pump(output: Socket, onOutput: (chunk: Buffer) => Promise<void>): Promise<void> {
  for await (const chunk of output) await onOutput(chunk as Buffer);
}

function noComplaint(): string {
  return 'it ended';
}
