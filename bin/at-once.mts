import { type ChildProcess, spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

/*
 * `node bin/at-once.mts COMMAND…` runs commands of a shell at the same time, as `npm run lint` does with its parts, which keep one
 * core busy each. It prints what each printed when that one has ended. The first that fails ends the others.
 */

const bin = join(import.meta.dirname, '../node_modules/.bin');
const env = {
  ...(process.stdout.isTTY && { FORCE_COLOR: '1' }), // what goes through a pipe has no colours by default
  ...process.env,
  PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
};

const running = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => end(1));
for (const command of process.argv.slice(2)) start(command);

function start(command: string): void {
  // As the leader of a process group, which can be ended with all that it has started.
  const child = spawn('sh', ['-c', command], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => printed.push(piece));
  running.add(child);
  child.once('close', (code) => {
    if (!running.delete(child)) return; // it was ended
    process.stdout.write(Buffer.concat([Buffer.from(`$ ${command}\n`), ...printed]));
    if (code !== 0) end(code ?? 1);
  });
}

function end(code: number): void {
  process.exitCode ||= code;
  for (const child of running) {
    running.delete(child);
    endGroup(child);
  }
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return; // it could not be started
  try {
    process.kill(-pid, 'SIGTERM');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has just ended by itself
  }
}
