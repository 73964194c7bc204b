import { closeSync, constants, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';
import { run } from '../../machine/run';

/**
 * The reading end of a named pipe. Programs can open /dev/stderr on it, which they cannot on the sockets that Node gives to
 * its children.
 */
export interface PipeReader {
  readonly stream: Socket;
  /** To be called once the writers have opened the pipe: from then on the stream ends when they do. */
  expectEnd(): void;
}

export async function makePipes(paths: readonly string[]): Promise<void> {
  await run(['mkfifo', '--mode=600', ...paths], { quiet: true });
}

export function readPipe(path: string): PipeReader {
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const placeholder = openSync(path, constants.O_WRONLY); // a pipe without a writer is at its end
  return {
    stream: new Socket({ fd: reader, readable: true, writable: false }),
    expectEnd: () => closeSync(placeholder),
  };
}

/** Opened for reading too, so that it can be opened and written to without a reader. */
export function writePipe(path: string) {
  return open(path, constants.O_RDWR);
}
