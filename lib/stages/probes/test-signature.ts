import { MirrorError } from '../../errors';
import type { TestSigned } from '../../job/aws/probe';
import type { Signer } from '../../simplestreams/openpgp/signer';

/**
 * Signs a text that means nothing, and checks the signature. What was signed is not handed on: nothing that this makes
 * can be published.
 * @throws KeyUnusable where the key cannot be used now; BadSignature where the signature does not hold
 */
export async function testSignature(signer: Signer, at: Date): Promise<TestSigned> {
  const signed = await signer.clearsign('{"format": "a test of the signing key by maas-mirror"}\n', at);
  const fault = await signer.faultOf(Buffer.from(signed));
  if (fault === undefined) return { fingerprint: signer.fingerprint };
  throw new MirrorError(
    'BadSignature',
    `the key ${signer.fingerprint} signs, and its signature does not hold: ${fault}`,
    { hint: 'nothing was written; give the mirror another signing key' },
  );
}
