import { beforeAll, describe, expect, it } from 'vitest';
import { verifyInProcess } from '../../../lib/simplestreams/openpgp/openpgp-verify';
import { refuseLongLines, verifiedText } from '../../../lib/simplestreams/openpgp/verified-text';
import { clearsignedFile, type Hand, hand, now } from './signed-by-hand';

const file = (body: string) => Buffer.from(clearsignedFile({ body, packets: [Buffer.from('a signature')] }));
const keyring = Buffer.of();

it('asks the verifier for nothing where a line is longer than gpgv reads, or something else is in the file', async () => {
  let asked = 0;
  const verify = async () => {
    asked += 1;
    return Buffer.from('a\n');
  };
  const long = Buffer.from(clearsignedFile({ body: 'a', packets: [] }) + 'x'.repeat(19_991));
  for (const refused of [
    file(`a${' '.repeat(19_990)}b`),
    long,
    Buffer.from('a\n'),
    Buffer.concat([file('a'), file('a')]),
  ]) {
    await expect(verifiedText(refused, keyring, verify)).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringMatching(/^the signature is not valid: ./),
    });
  }
  expect(asked).toBe(0);
  expect(await verifiedText(file('a'), keyring, verify)).toBe('a\n');
  expect(asked).toBe(1);
});

it('refuses a file of which the verifier has read another text than is in it', async () => {
  await expect(verifiedText(file('a\nb'), keyring, async () => Buffer.from('a\n'))).rejects.toMatchObject({
    name: 'BadSignature',
    message: 'the signature is not valid: it covers a different text than the file contains',
  });
});

it('refuses a text that is signed and no UTF-8', async () => {
  const bytes = Buffer.from(file('?').toString().replace('\n?\n', '\n\u00ff\n'), 'latin1');
  await expect(verifiedText(bytes, keyring, async () => Buffer.from([0xff, 0x0a]))).rejects.toMatchObject({
    name: 'BadFormat',
    message: 'it is not UTF-8',
  });
});

it('refuses a line of one byte too many, by its number', () => {
  const longest = 'x'.repeat(19_990);
  refuseLongLines(Buffer.from(`a\n${longest}\n${longest}`));

  expect(() => refuseLongLines(Buffer.from(`a\n${longest}x\nb`))).toThrow(
    'the signature is not valid: line 2 is longer than gpgv reads, so not all of it is signed',
  );
  expect(() => refuseLongLines(Buffer.from(`a\n${longest}\n${longest}x`))).toThrow('line 3 is longer than');
});

describe('verified in process, a file is refused in words that say why', () => {
  const body = '{}';
  let own: Hand;
  beforeAll(async () => {
    own = await hand();
  });
  const signedBy = async (options: Parameters<Hand['sign']>[1] = {}, header?: string) =>
    clearsignedFile({ body, packets: [await own.sign(body, options)], ...(header !== undefined && { header }) });

  it.each<[string, () => Promise<[string, Buffer]>, string | RegExp]>([
    [
      'no signature of a text',
      async () => [await signedBy({ type: 2 }), own.keyring],
      'it contains packets other than text signatures',
    ],
    [
      'packets that are none',
      async () => [clearsignedFile({ body, packets: [Buffer.from('xx')] }), own.keyring],
      /^it (?:cannot be read: .|holds something else)/,
    ],
    ['no keyring', async () => [await signedBy(), Buffer.from('xx')], /^the keyring cannot be read: ./],
    [
      'a header of another hash',
      async () => [await signedBy({}, 'Hash: SHA256, SHA384\n'), own.keyring],
      'it uses SHA512, but the header says SHA256, SHA384',
    ],
    [
      'another key',
      async () => [await signedBy(), (await hand()).keyring],
      /^the keyring does not contain the key [0-9A-F]{16}$/,
    ],
    [
      'an earlier time than the key',
      async () => [await signedBy({ at: new Date('2026-09-01') }), own.keyring],
      'the key is newer than the signature',
    ],
    [
      'a time that is over',
      async () => [await signedBy({ more: Buffer.from([5, 3, 0, 0, 0, 60]) }), own.keyring],
      'the signature has expired',
    ],
  ])('%s', async (_, make, why) => {
    const [file, keys] = await make();
    const refusal = await verifyInProcess(Buffer.from(file), keys, now).catch((error: Error) => error);

    expect(refusal).toMatchObject({ name: 'BadSignature' });
    const { message } = refusal as Error;
    expect(message).toMatch(/^the signature is not valid: /);
    expect(message.replace('the signature is not valid: ', '')).toMatch(why);
  });

  it('and what is signed is given back as it was signed', async () => {
    expect((await verifyInProcess(Buffer.from(await signedBy()), own.keyring, now)).toString()).toBe('{}\n');
  });
});
