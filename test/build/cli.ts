import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The command line as it was built: `npm test` builds before it runs any test. */
export const frontDoor = join(__dirname, '../../dist/bin/maas-mirror.js');

/** What it runs with beside the usual: Node keeps the code that it has compiled, which is a fifth of a start. */
export const compiledOnce = { NODE_COMPILE_CACHE: join(__dirname, '../../.cache/compiled') };

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What runs it. @default - the Node that runs the tests */
  readonly node?: string;
  /** Put before the program: `['unshare', '--mount']`. */
  readonly wrapper?: readonly string[];
}

/** Runs `maas-mirror` to its end, as a person would. */
export async function maasMirror(
  words: readonly string[],
  { env = {}, cwd, node = process.execPath, wrapper = [] }: CliOptions = {},
): Promise<Ended> {
  const [program = '', ...rest] = [...wrapper, node, frontDoor, ...words];
  const child = spawn(program, rest, {
    env: { ...process.env, ...compiledOnce, ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  return { code, out, err };
}
