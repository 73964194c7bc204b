import type { Duplex } from 'node:stream';
import { nameAnswer } from './name-answer';

/**
 * Answers the names that a machine asks for, each with "no such name" at once. QEMU's closed network drops what is sent to
 * its name server, and a machine waits for seconds at every name; here it sees the network that MAAS's machines have without
 * one: nothing is found, quickly.
 * @param wire the other end of QEMU's `-netdev socket`: frames with their length before them, four bytes, highest first
 */
export function answerNames(wire: Duplex): void {
  let rest: Buffer = Buffer.alloc(0);
  wire.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let size = sizeOf(rest); size !== undefined; size = sizeOf(rest)) {
      const answer = nameAnswer(rest.subarray(4, 4 + size));
      // A machine that asks and does not listen would fill our memory; it asks again.
      if (answer !== undefined && !wire.writableNeedDrain) wire.write(framed(answer));
      rest = rest.subarray(4 + size);
    }
  });
  wire.on('error', () => {}); // the machine was ended while an answer was on its way; how it ended is told by itself
}

/** Of the first frame, where it is there whole. */
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
