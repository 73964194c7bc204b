import type { Readable } from 'node:stream';

/** Maximum bytes buffered for a slow reader. */
const mostWaiting = 4 * 1024 * 1024;

/**
 * Yields everything that a stream has received, and only then throws its error. A broken stream discards unread data:
 * on an unreliable line, a download lost up to 64 kB with each interruption.
 */
export async function* bodyPieces(body: Readable): AsyncGenerator<Buffer> {
  const pieces: Buffer[] = [];
  let waiting = 0;
  // The stream may have ended before the listeners are added.
  let end: { readonly error?: unknown } | undefined = body.errored
    ? { error: body.errored }
    : body.destroyed
      ? {}
      : undefined;
  let wake = () => {};
  body.on('data', (piece: Buffer) => {
    pieces.push(piece);
    waiting += piece.length;
    if (waiting > mostWaiting) body.pause();
    wake();
  });
  for (const event of ['end', 'close', 'error']) {
    body.on(event, (error?: unknown) => {
      end ??= event === 'error' ? { error } : {};
      wake();
    });
  }
  try {
    for (;;) {
      const piece = pieces.shift();
      if (piece !== undefined) {
        waiting -= piece.length;
        yield piece;
        if (body.isPaused() && waiting === 0) body.resume();
      } else if (end === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else if ('error' in end) throw end.error;
      else return;
    }
  } finally {
    body.destroy();
  }
}
