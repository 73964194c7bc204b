import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { bodyPieces } from '../../../lib/machine/download/body-pieces';

const megabyte = randomBytes(1 << 20);

it('lets a stream wait for a slow reader, and gives all of it', async () => {
  let made = 0;
  const body = Readable.from(
    (function* () {
      for (; made < 20; made++) yield megabyte;
    })(),
  );
  const read: Buffer[] = [];

  for await (const piece of bodyPieces(body)) {
    read.push(piece);
    await new Promise(setImmediate);
    expect(made - read.length).toBeLessThan(8);
  }

  expect(Buffer.concat(read).equals(Buffer.concat(new Array(20).fill(megabyte)))).toBe(true);
});

it('gives all that came before it tells that a stream broke', async () => {
  const body = new Readable({ read() {} });
  const read: Buffer[] = [];
  for (let at = 0; at < 3; at++) body.push(megabyte);
  body.once('data', () => setImmediate(() => body.destroy(new Error('cut'))));

  const reading = (async () => {
    for await (const piece of bodyPieces(body)) {
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      read.push(piece);
    }
  })();

  await expect(reading).rejects.toThrow('cut');
  expect(read).toHaveLength(3);
});

it('tells of a stream that broke before anybody read it', async () => {
  const body = new Readable({ read() {} });
  body.on('error', () => {}).destroy(new Error('cut'));
  await new Promise(setImmediate);

  await expect(Array.fromAsync(bodyPieces(body))).rejects.toThrow('cut');
});

it('lets go of a stream that nobody reads to its end', async () => {
  const body = Readable.from([megabyte, megabyte]);
  for await (const _ of bodyPieces(body)) break;
  expect(body.destroyed).toBe(true);
});
