import { constants } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Folder for a Unix socket that only root can access. */
export interface SocketFolder extends AsyncDisposable {
  /** Path of the socket. Always short, because the kernel allows at most 107 bytes. */
  readonly socket: string;
}

export async function openSocketFolder(scratch: string): Promise<SocketFolder> {
  const folder = await mkdtemp(join(scratch, 'gateway-')); // of mode 0700
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  return {
    socket: `/proc/${process.pid}/fd/${handle.fd}/proxy`,
    async [Symbol.asyncDispose]() {
      await handle.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
