import { closeSync, constants, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';
import { run } from '../../machine/run';

/**
 * A pipe with a name in the file system, to read from. Programs can open /dev/stderr on it, which they cannot on the
 * sockets that Node gives to its children.
 */
export interface PipeReader {
  readonly stream: Socket;
  /** The writers are there: from now on the stream ends when they do. */
  expectEnd(): void;
}

export async function makePipes(paths: readonly string[]): Promise<void> {
  await run(['mkfifo', '--mode=600', ...paths], { quiet: true });
}

export function readPipe(path: string): PipeReader {
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const placeholder = openSync(path, constants.O_WRONLY); // without any writer, a pipe is at its end
  return {
    stream: new Socket({ fd: reader, readable: true, writable: false }),
    expectEnd: () => closeSync(placeholder),
  };
}

/** Opened for reading too: so it can be opened, and written to, without a reader. */
export function writePipe(path: string) {
  return open(path, constants.O_RDWR);
}
