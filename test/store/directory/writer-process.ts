import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { afterAll, onTestFinished } from 'vitest';

export interface WriterProcess {
  readonly child: ChildProcess;
  /** Fulfilled when the process has said this line. */
  said(line: string): Promise<void>;
  /** Lets it go on. */
  goOn(): void;
  /** Its exit code, or null where a signal ended it; and the lines that it said. */
  readonly ended: Promise<{ code: number | null; lines: string[]; errors: string }>;
}

/** Starts writer.ts on a store in a process of its own, which is gone when the test is over. */
export function startWriter(root: string, what: string, ...words: string[]): WriterProcess {
  return startWriterUnder([], root, what, ...words);
}

/** The same below another program, such as `['strace', '-f']`. */
export function startWriterUnder(
  above: readonly string[],
  root: string,
  what: string,
  ...words: string[]
): WriterProcess {
  const [program = '', ...args] = [...above, process.execPath, bundle(), root, what, ...words];
  const child = spawn(program, args);
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const output = createInterface(child.stdout).on('line', (line) => lines.push(line));
  const ended = new Promise<{ code: number | null; lines: string[]; errors: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, lines, errors }));
  });
  const said = (line: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => lines.includes(line) && resolve();
      output.on('line', look);
      look();
      void ended.then(() => reject(new Error(`it ended without "${line}": ${lines.join(', ')} ${errors}`)));
    });
  return { child, said, goOn: () => void child.stdin.write('go on\n'), ended };
}

let bundled: string | undefined;

function bundle(): string {
  if (bundled !== undefined) return bundled;
  const folder = mkdtempSync(join(tmpdir(), 'writer-'));
  bundled = join(folder, 'writer.cjs');
  const entryPoints = [join(__dirname, 'writer.ts')];
  buildSync({ entryPoints, outfile: bundled, bundle: true, platform: 'node', target: 'node22', format: 'cjs' });
  return bundled;
}

afterAll(() => {
  if (bundled !== undefined) rmSync(join(bundled, '..'), { recursive: true });
});
