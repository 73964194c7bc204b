import { MirrorError } from '../../errors';
import type { TestSigned } from '../../job/aws/probe';
import type { Signer } from '../../simplestreams/openpgp/signer';

/**
 * Signs a meaningless text and checks the signature. The signed text is discarded, so it can never be published.
 * @throws KeyUnusable if the key cannot be used now; BadSignature if the signature is invalid
 */
export async function testSignature(signer: Signer, at: Date): Promise<TestSigned> {
  const signed = await signer.clearsign('{"format": "a test of the signing key by maas-mirror"}\n', at);
  const fault = await signer.faultOf(Buffer.from(signed));
  if (fault === undefined) return { fingerprint: signer.fingerprint };
  throw new MirrorError('BadSignature', `the key ${signer.fingerprint} made an invalid signature: ${fault}`, {
    hint: 'nothing was written; use another signing key for the mirror',
  });
}
