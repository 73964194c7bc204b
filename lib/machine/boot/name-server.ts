import type { Duplex } from 'node:stream';
import { nameAnswer } from './name-answer';

/**
 * Answers all DNS queries of a machine with "no such name" at once. QEMU's restricted network drops queries to its name
 * server, and a machine would wait for seconds at every name.
 * @param wire the other end of QEMU's `-netdev socket`: frames, each after its length in four bytes, big-endian
 */
export function answerNames(wire: Duplex): void {
  let rest: Buffer = Buffer.alloc(0);
  wire.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let size = sizeOf(rest); size !== undefined; size = sizeOf(rest)) {
      const answer = nameAnswer(rest.subarray(4, 4 + size));
      // Drop responses that the machine does not read, which would fill our memory; it repeats its query.
      if (answer !== undefined && !wire.writableNeedDrain) wire.write(framed(answer));
      rest = rest.subarray(4 + size);
    }
  });
  wire.on('error', () => {}); // the machine ended during a response; boot() reports how it ended
}

/** Size of the first frame; undefined if it is incomplete. */
function sizeOf(received: Buffer): number | undefined {
  if (received.length < 4) return undefined;
  const size = received.readUInt32BE(0);
  return received.length < 4 + size ? undefined : size;
}

function framed(frame: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(frame.length);
  return Buffer.concat([size, frame]);
}
