import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCode, interruptible } from '../terminal/interruptible';
import { temporaryFolder } from './environment';

/**
 * A folder for the files of one command, removed even after Ctrl-C.
 * @param command its name, for the name of the folder
 */
export async function scratchFolder(command: string): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(temporaryFolder(), `maas-mirror-${command}-`));
  const interrupt = interruptible();
  interrupt.signal.addEventListener('abort', () => {
    rmSync(path, { recursive: true, force: true });
    process.exit(exitCode(1));
  });
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      interrupt.end();
      await rm(path, { recursive: true, force: true });
    },
  };
}
