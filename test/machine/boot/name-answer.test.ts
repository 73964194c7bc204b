import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameAnswer } from '../../../lib/machine/boot/name-answer';
import { answerNames } from '../../../lib/machine/boot/name-server';

const ethernet = Buffer.from('52550a000203525400aa01020800', 'hex');
const query = Buffer.from('abcd01000001000000000000076172636869766507657861' + '6d706c6503636f6d0000010001', 'hex');

function asked(payload: Buffer, port = 53): Buffer {
  const frame = Buffer.alloc(42 + payload.length);
  ethernet.copy(frame);
  Buffer.from('4500000012340000401100000a00020f0a000203', 'hex').copy(frame, 14);
  frame.writeUInt16BE(28 + payload.length, 16);
  frame.writeUInt16BE(40000, 34);
  frame.writeUInt16BE(port, 36);
  frame.writeUInt16BE(8 + payload.length, 38);
  payload.copy(frame, 42);
  return frame;
}

describe('the answer to a name', () => {
  it('goes back the way that the question came, and says that there is no such name', () => {
    const answer = nameAnswer(asked(query)) ?? Buffer.alloc(0);
    expect(answer.subarray(0, 14).toString('hex')).toBe('525400aa010252550a0002030800');
    expect(answer.subarray(26, 34).toString('hex')).toBe('0a0002030a00020f'); // addresses
    expect([answer.readUInt16BE(34), answer.readUInt16BE(36)]).toEqual([53, 40000]);
    expect(answer.subarray(42, 46).toString('hex')).toBe('abcd8183');
    expect(answer.subarray(46)).toEqual(query.subarray(4));
  });

  it('has a header whose checksum holds', () => {
    const header = nameAnswer(asked(query))?.subarray(14, 34) ?? Buffer.alloc(20);
    let sum = 0;
    for (let at = 0; at < 20; at += 2) sum += header.readUInt16BE(at);
    expect((sum & 0xffff) + (sum >>> 16)).toBe(0xffff);
  });

  it('is understood by a resolver', async () => {
    const server = createSocket('udp4');
    server.on('message', (message, { port }) => {
      server.send(nameAnswer(asked(message))?.subarray(42) ?? Buffer.alloc(0), port, '127.0.0.1');
    });
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    const resolver = new Resolver();
    resolver.setServers([`127.0.0.1:${server.address().port}`]);
    await expect(resolver.resolve4('archive.example.com')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    server.close();
  });

  it.each([
    ['another port', asked(query, 123)],
    ['an answer', asked(Buffer.concat([Buffer.from('abcd8180', 'hex'), query.subarray(4)]))],
    ['no question at all', asked(Buffer.concat([query.subarray(0, 4), Buffer.alloc(8)]))],
    ['a frame that is cut', asked(query).subarray(0, 50)],
    ['a fragment', Buffer.concat([asked(query).subarray(0, 20), Buffer.from([0x20]), asked(query).subarray(21)])],
    ['TCP', Buffer.concat([asked(query).subarray(0, 23), Buffer.from([6]), asked(query).subarray(24)])],
    ['ARP', Buffer.concat([ethernet.subarray(0, 12), Buffer.from('0806', 'hex'), Buffer.alloc(46)])],
  ])('is not given to %s', (_, frame) => {
    expect(nameAnswer(frame)).toBeUndefined();
  });

  it('is given to no frame that is not one, whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.nat(80), fc.uint8Array({ maxLength: 80 }), (cut, more) => {
        const frame = Buffer.concat([asked(query).subarray(0, cut), Buffer.from(more)]);
        const answer = nameAnswer(frame);
        expect(answer === undefined || answer.length <= frame.length).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the wire', () => {
  it('takes frames in whatever pieces they come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 8 }), async (cuts) => {
        const frames = [asked(query), asked(query, 123), Buffer.alloc(0), asked(query)];
        const all = Buffer.concat(frames.flatMap((frame) => [lengthOf(frame), frame]));
        const places = [0, ...cuts.map((cut) => cut % all.length).sort((a, b) => a - b), all.length];
        const written: Buffer[] = [];
        const wire = new Duplex({ read: () => {}, write: (chunk, _, done) => done(void written.push(chunk)) });
        answerNames(wire);
        for (const [at, from] of places.entries()) wire.push(all.subarray(from, places[at + 1] ?? all.length));
        wire.push(null);
        await once(wire, 'end');
        const answer = nameAnswer(asked(query)) ?? Buffer.alloc(0);
        expect(Buffer.concat(written)).toEqual(Buffer.concat([lengthOf(answer), answer, lengthOf(answer), answer]));
      }),
      { numRuns: 50 },
    );
  });

  it('keeps no answers for a machine that asks and does not listen', async () => {
    const wire = new Duplex({ read: () => {}, write: () => {}, writableHighWaterMark: 1000 });
    answerNames(wire);
    for (let count = 0; count < 1000; count++) wire.push(Buffer.concat([lengthOf(asked(query)), asked(query)]));
    wire.push(null);
    await once(wire, 'end');
    expect(wire.writableLength).toBeLessThan(2000);
  });
});

function lengthOf(frame: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(frame.length);
  return size;
}
