import { MirrorError } from '../../errors';
import { dearmour } from './armour';

/** Converts a keyring that may be armoured to the binary form that gpgv needs. @throws BadFormat for broken armour */
export function binaryKeyring(keyring: Buffer): Buffer {
  const text = keyring.toString('latin1');
  return text.startsWith('-----BEGIN PGP') ? dearmour('PUBLIC KEY BLOCK', text.replaceAll('\r\n', '\n')) : keyring;
}

/**
 * The same, for a keyring that must contain only public keys, because it goes into requests, templates and the execution
 * history.
 * @throws BadFormat otherwise
 */
export function publicKeyring(keyring: Buffer): Buffer {
  const binary = binaryKeyring(keyring);
  const tags = packetTags(binary);
  const { publicKey, secretKey, secretSubkey } = packetTag;
  if (tags[0] === publicKey && !tags.includes(secretKey) && !tags.includes(secretSubkey)) return binary;
  const seen = tags.includes(secretKey) || tags.includes(secretSubkey) ? 'it contains a private key' : undefined;
  throw new MirrorError('BadFormat', `not a public OpenPGP keyring: ${seen ?? 'it does not begin with a public key'}`, {
    hint: exportHint,
  });
}

/** What to do about a file that is not a keyring. */
export const exportHint = 'create a keyring file with `gpg --export`';

const packetTag = { secretKey: 5, publicKey: 6, secretSubkey: 7 };

/** The tags of the packets, in order. RFC 9580 section 4.2. @throws BadFormat for anything but a sequence of packets */
function packetTags(binary: Buffer): number[] {
  const tags: number[] = [];
  for (let at = 0; at < binary.length; ) {
    const packet = packetAt(binary, at);
    if (packet === undefined || packet.end > binary.length) {
      throw new MirrorError('BadFormat', `not an OpenPGP keyring: incomplete packet at byte ${at}`, {
        hint: exportHint,
      });
    }
    tags.push(packet.tag);
    at = packet.end;
  }
  return tags;
}

/** Reads both header formats. Packets of unknown length occur in messages, not in keys. */
function packetAt(binary: Buffer, at: number): { tag: number; end: number } | undefined {
  const [first = 0, length = 0, second = 0] = binary.subarray(at, at + 3);
  const number = (from: number, bytes: number) =>
    at + from + bytes <= binary.length ? binary.readUIntBE(at + from, bytes) : Number.POSITIVE_INFINITY;
  if ((first & 0x80) === 0) return undefined;
  if ((first & 0x40) === 0) {
    const bytes = [1, 2, 4][first & 0x03];
    return bytes === undefined ? undefined : { tag: (first >> 2) & 0x0f, end: at + 1 + bytes + number(1, bytes) };
  }
  const tag = first & 0x3f;
  if (length < 192) return { tag, end: at + 2 + length };
  if (length < 224) return { tag, end: at + 3 + ((length - 192) << 8) + second + 192 };
  return length === 255 ? { tag, end: at + 6 + number(2, 4) } : undefined;
}
