import { MirrorError } from '../../errors';

export type ArmouredKind = 'SIGNATURE' | 'PUBLIC KEY BLOCK';

/** OpenPGP packets as text: base64 in 64 columns, a checksum, and a newline at the end. */
export function armour(kind: ArmouredKind, packets: Buffer): string {
  return armoured(kind, packets, [`=${crc24(packets).toString('base64')}`]);
}

/** Whether a text is exactly the armour of these packets; the checksum is optional, as in the standard. */
export function isArmourOf(kind: ArmouredKind, packets: Buffer, text: string): boolean {
  return text === armour(kind, packets) || text === armoured(kind, packets, []);
}

function armoured(kind: ArmouredKind, packets: Buffer, checksum: string[]): string {
  const lines = packets.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN PGP ${kind}-----`, '', ...lines, ...checksum, `-----END PGP ${kind}-----`, ''].join('\n');
}

/**
 * The packets of an armoured text from any program: header lines, a checksum and any line width are allowed, other text before
 * or after is not. `isArmourOf` decides whether the armour is ours.
 * @throws BadFormat, also for a wrong checksum, or, as gpgv does, for a missing one after base64 without padding
 */
export function dearmour(kind: ArmouredKind, text: string): Buffer {
  const begin = `-----BEGIN PGP ${kind}-----\n`;
  const start = text.startsWith(begin) ? endOfHeader(text, begin.length) : undefined;
  const end = `\n-----END PGP ${kind}-----`;
  const stop = start === undefined ? -1 : text.indexOf(end, start);
  if (stop === -1 || text.slice(stop + end.length).trim() !== '') throw notArmoured(kind);

  const body = text.slice(start, stop);
  const sum = body.lastIndexOf('\n=') === body.length - 6 ? body.slice(-4) : undefined;
  const base64 = (sum === undefined ? body : body.slice(0, -6)).replaceAll('\n', '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0) throw notArmoured(kind);
  if (kind === 'SIGNATURE' && sum === undefined && !base64.endsWith('=')) {
    // gpgv would read the dashes of the last line as base64. Keyrings are safe: gpgv gets them in binary.
    throw new MirrorError('BadFormat', `the armoured PGP ${kind} has no checksum, so gpgv cannot read it`);
  }
  const packets = Buffer.from(base64, 'base64');
  if (sum !== undefined && sum !== crc24(packets).toString('base64')) {
    throw new MirrorError('BadFormat', `the checksum of the armoured PGP ${kind} is wrong`);
  }
  return packets;
}

/** The position after the empty line; undefined if a line before it is not a header. */
function endOfHeader(text: string, from: number): number | undefined {
  for (let at = from; ; ) {
    const newline = text.indexOf('\n', at);
    if (newline === at) return at + 1;
    if (newline === -1 || !/^[A-Za-z]{1,40}: /.test(text.slice(at, at + 50))) return undefined;
    at = newline + 1;
  }
}

function notArmoured(kind: ArmouredKind): MirrorError {
  return new MirrorError('BadFormat', `it is not an armoured PGP ${kind} and nothing else`);
}

/** RFC 9580 section 6.1. */
function crc24(bytes: Buffer): Buffer {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit++) {
      crc <<= 1;
      if (crc & 0x1000000) crc ^= 0x1864cfb;
    }
  }
  return Buffer.from([crc >> 16, crc >> 8, crc]);
}
