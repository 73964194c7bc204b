import { expect, it } from 'vitest';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { testSignature } from '../../../lib/stages/probes/test-signature';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';

const at = new Date('2026-11-20T08:30:00Z');

it('signs a text that is no document of a mirror, at the time that it is given', async () => {
  const signer = await smallSigner();
  const signed: (readonly [text: string, at: Date])[] = [];
  const watched: Signer = {
    ...signer,
    clearsign: (...given) => {
      signed.push(given);
      return signer.clearsign(...given);
    },
    faultOf: (text) => signer.faultOf(text),
  };

  expect(await testSignature(watched, at)).toEqual({ fingerprint: signer.fingerprint });
  expect(signed).toEqual([['{"format": "a test of the signing key by maas-mirror"}\n', at]]);
});

it('refuses a key whose signatures do not hold', async () => {
  const signer = await smallSigner();
  const other = await smallSigner('somebody else');
  const mixed: Signer = {
    ...signer,
    clearsign: (...given) => other.clearsign(...given),
    faultOf: (text) => signer.faultOf(text),
  };
  const fault = await signer.faultOf(Buffer.from(await other.clearsign('{"format": "a test"}\n', at)));

  await expect(testSignature(mixed, at)).rejects.toMatchObject({
    name: 'BadSignature',
    message: `the key ${signer.fingerprint} made an invalid signature: ${fault}`,
    hint: 'nothing was written; use another signing key for the mirror',
  });
});
