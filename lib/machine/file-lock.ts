import { once } from 'node:events';
import { execa } from 'execa';
import { MirrorError } from '../errors';

/**
 * Waits until no other process holds the lock of this name, and holds it until the scope ends. Node knows no flock(2),
 * and a file that only exists as long as its owner lives does not exist: so a child holds it, which ends when its
 * standard input does, that is when we end, even by SIGKILL. The file stays: a lock without its file is none.
 * @throws MissingTool, CommandFailed
 */
export async function lockFile(file: string): Promise<AsyncDisposable> {
  const child = execa('flock', [file, 'cat'], {
    stdin: 'pipe',
    stdout: 'pipe',
    buffer: { stdout: false },
    reject: false,
  });
  child.stdin.on('error', () => {}); // it may be gone before it is written to
  child.stdin.write('held\n');
  // cat begins only when the lock is ours, and says then what it was told
  const said = await Promise.race([once(child.stdout, 'data'), child]);
  if (!Array.isArray(said))
    throw notLocked(file, said.code, said.stderr || said.message || `it ended ${said.exitCode}`);
  child.stdout.resume();
  return {
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await child;
    },
  };
}

function notLocked(file: string, code: string | undefined, why: string): MirrorError {
  return code === 'ENOENT'
    ? new MirrorError('MissingTool', 'flock is not installed', { hint: 'install the package util-linux' })
    : new MirrorError('CommandFailed', `${file} cannot be locked: ${why}`);
}
