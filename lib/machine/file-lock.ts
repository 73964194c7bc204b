import { spawn } from 'node:child_process';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { MirrorError } from '../errors';

/**
 * Waits for the lock on a file and holds it until the scope ends. Node has no flock(2), so a child process takes the lock
 * on our open file; the kernel releases it when this process ends, even by SIGKILL. The lock file stays; its modification
 * time is when the lock was last taken.
 * @throws MissingTool, CommandFailed
 */
export async function lockFile(file: string): Promise<AsyncDisposable> {
  for (;;) {
    const held = await taken(file);
    if (held !== undefined) return { [Symbol.asyncDispose]: () => held.close() };
    // The file was removed or replaced after we opened it: other processes lock another file, so try again.
  }
}

/**
 * Removes a lock file that is not locked and has not been locked since a given time.
 * @param before milliseconds since 1970
 * @throws MissingTool, CommandFailed
 */
export async function removeUnusedLock(file: string, before: number): Promise<void> {
  await using held = await open(file, 'r+').catch(ifGone);
  if (held === undefined || (await flock(file, held, ['--nonblock'])) === 'busy') return;
  if ((await held.stat()).mtimeMs < before && (await isStill(file, held))) await rm(file, { force: true });
}

async function taken(file: string): Promise<FileHandle | undefined> {
  const handle = await open(file, 'a');
  try {
    await flock(file, handle, []);
    const now = new Date();
    await handle.utimes(now, now);
    if (await isStill(file, handle)) return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return undefined;
}

/** A lock belongs to the open file, not to the process: it outlives the child that took it. */
function flock(file: string, handle: FileHandle, options: readonly string[]): Promise<'held' | 'busy'> {
  const child = spawn('flock', [...options, '0'], { stdio: [handle.fd, 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(notLocked(file, error.code, error.message)));
    child.once('close', (exitCode) => {
      if (exitCode === 0) resolve('held');
      else if (exitCode === 1 && said === '' && options.includes('--nonblock')) resolve('busy');
      else reject(notLocked(file, undefined, said || `flock exited with ${exitCode}`));
    });
  });
}

function notLocked(file: string, code: string | undefined, why: string): MirrorError {
  return code === 'ENOENT'
    ? new MirrorError('MissingTool', 'flock is not installed', { hint: 'install the package util-linux' })
    : new MirrorError('CommandFailed', `cannot lock ${file}: ${why}`);
}

async function isStill(file: string, handle: FileHandle): Promise<boolean> {
  const [named, held] = await Promise.all([stat(file).catch(ifGone), handle.stat()]);
  return named?.ino === held.ino && named.dev === held.dev;
}

function ifGone(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
