import { createPublicKey } from 'node:crypto';
import { armour } from '../../../lib/simplestreams/openpgp/armour';
import {
  publicKeyBody,
  publicKeyPackets,
  signatureSubpackets,
} from '../../../lib/simplestreams/openpgp/public-key-packet';
import { makeSignaturePacket } from '../../../lib/simplestreams/openpgp/signature-packet';
import { makeExternalKey } from '../../fixtures/keys/external-key';

export const created = new Date('2026-10-01T00:00:00Z');
export const at = new Date('2026-10-12T04:11:09Z');
/** For verifiers. */
export const now = new Date('2026-11-20T00:00:00Z');

/** A key with all that signing by hand needs. */
export interface Hand {
  readonly keyring: Buffer;
  /** A signature packet with these signed subpackets besides the usual ones. */
  sign(signed: string | Buffer, options?: { type?: number; more?: Buffer; at?: Date }): Promise<Buffer>;
  readonly body: Buffer;
  readonly key: Awaited<ReturnType<typeof makeExternalKey>>;
}

export async function hand(bits = 2048): Promise<Hand> {
  const key = await makeExternalKey(created, bits);
  const { n = '', e = '' } = createPublicKey({ key: key.publicKey, format: 'der', type: 'spki' }).export({
    format: 'jwk',
  });
  const body = publicKeyBody({ modulus: Buffer.from(n, 'base64url'), exponent: Buffer.from(e, 'base64url'), created });
  const { sign: signDigest } = key;
  return {
    key,
    body,
    keyring: await publicKeyPackets(body, { userId: 'hand', created }, signDigest),
    sign: (signed, { type = 1, more = Buffer.alloc(0), at: time = at } = {}) => {
      const subpackets = Buffer.concat([signatureSubpackets(body, time), more]);
      return makeSignaturePacket({ type, subpackets, signed: Buffer.from(signed) }, signDigest);
    },
  };
}

export const crlf = (content: string) => content.replaceAll('\n', '\r\n');

/** A clearsigned file put together by hand. */
export function clearsignedFile({ header = 'Hash: SHA512\n', body = '', packets = [] as Buffer[] }): string {
  return `-----BEGIN PGP SIGNED MESSAGE-----\n${header}\n${body}\n${armour('SIGNATURE', Buffer.concat(packets))}`;
}
