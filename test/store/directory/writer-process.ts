import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { type ChildSaying, childSaying } from '../../fixtures/programs/child-saying';

export interface WriterProcess extends ChildSaying {
  readonly child: ChildProcess;
  /** Lets it go on. */
  goOn(): void;
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
  return { child, ...childSaying(child), goOn: () => void child.stdin.write('go on\n') };
}

/** Kept for the other files of this process: what is below tmpdir() goes when vitest ends. */
let bundled: string | undefined;

function bundle(): string {
  if (bundled !== undefined) return bundled;
  const folder = mkdtempSync(join(tmpdir(), 'writer-'));
  bundled = join(folder, 'writer.cjs');
  const entryPoints = [join(__dirname, 'writer.ts')];
  buildSync({ entryPoints, outfile: bundled, bundle: true, platform: 'node', target: 'node22', format: 'cjs' });
  return bundled;
}
