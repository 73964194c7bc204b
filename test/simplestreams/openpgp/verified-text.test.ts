import { expect, it } from 'vitest';
import { verifiedText } from '../../../lib/simplestreams/openpgp/verified-text';
import { clearsignedFile } from './signed-by-hand';

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
    await expect(verifiedText(refused, keyring, verify)).rejects.toMatchObject({ name: 'BadSignature' });
  }
  expect(asked).toBe(0);
  expect(await verifiedText(file('a'), keyring, verify)).toBe('a\n');
  expect(asked).toBe(1);
});

it('refuses a file of which the verifier has read another text than is in it', async () => {
  await expect(verifiedText(file('a\nb'), keyring, async () => Buffer.from('a\n'))).rejects.toMatchObject({
    name: 'BadSignature',
    message: 'the signature does not hold: it is of another text than is in the file',
  });
});

it('refuses a text that is signed and no UTF-8', async () => {
  const bytes = Buffer.from(file('?').toString().replace('\n?\n', '\n\u00ff\n'), 'latin1');
  await expect(verifiedText(bytes, keyring, async () => Buffer.from([0xff, 0x0a]))).rejects.toMatchObject({
    name: 'BadFormat',
    message: 'it is not UTF-8',
  });
});
