import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  largeNumber,
  makeSignaturePacket,
  packetHeader,
  signaturePacketFault,
  signatureType,
} from '../../../lib/simplestreams/openpgp/signature-packet';

const signed = Buffer.from('text');
const subpackets = Buffer.from([5, 2, 0, 0, 0, 1]);
const hex = (bytes: Buffer) => bytes.toString('hex');

/** A packet of a number that stands for an RSA signature: only its form is looked at here. */
const packetOf = (number: Buffer, more: Partial<Parameters<typeof makeSignaturePacket>[0]> = {}) =>
  makeSignaturePacket({ type: signatureType.binary, subpackets, signed, ...more }, async () => number);

const faultOf = (packet: Buffer, type: number = signatureType.binary) => signaturePacketFault(packet, type, signed);

it('a packet is written as RFC 9580 has it, and found whole', async () => {
  const hashed = Buffer.from([4, 0, 1, 10, 0, 6, ...subpackets]);
  const digest = createHash('sha512')
    .update(Buffer.concat([signed, hashed, Buffer.from([4, 0xff, 0, 0, 0, hashed.length])]))
    .digest();
  const packet = await packetOf(Buffer.from([0, 0, 0x1f, 1]));

  expect(hex(packet)).toBe(`c214${hex(hashed)}0000${hex(digest.subarray(0, 2))}000d1f01`);
  expect(faultOf(packet)).toBeUndefined();
});

it.each([
  [0, 'c200'],
  [191, 'c2bf'],
  [192, 'c2c000'],
  [8383, 'c2dfff'],
  [8384, 'c2ff000020c0'],
  [100_000, 'c2ff000186a0'],
])('the header of %i bytes is the shortest', (length, header) => {
  expect(hex(packetHeader(2, length))).toBe(header);
});

it.each([191, 192, 8383, 8384])('a packet of %i bytes is found whole, whatever its header takes', async (size) => {
  const packet = await packetOf(Buffer.from([0x1f, 1]), { subpackets: Buffer.alloc(size - 14) });

  expect(packet.length - packetHeader(2, size).length).toBe(size);
  expect(faultOf(packet)).toBeUndefined();
});

it.each([
  ['01', '000101'],
  ['00ff', '0008ff'],
  ['0100', '00090100'],
])('the number %j is written as %s', (bytes, written) => {
  expect(hex(largeNumber(Buffer.from(bytes, 'hex')))).toBe(written);
});

const [cut, header] = [
  'the signature packet is truncated',
  'it is not exactly one signature packet with the shortest header',
];
const other = (type: number) => `the signature is not a version 4 RSA signature of type ${type} with SHA-512`;

it.each<[string, (packet: Buffer) => Buffer, string]>([
  ['nothing', () => Buffer.alloc(0), header],
  ['a longer header', (packet) => Buffer.concat([Buffer.from([0xc2, 192, 0]), packet.subarray(2)]), header],
  ['a packet of another kind', (packet) => changed(packet, 0, 0xc6), header],
  ['a byte too many', (packet) => Buffer.concat([packet, Buffer.alloc(1)]), header],
  ['nine bytes', () => Buffer.from([0xc2, 9, 4, 0, 1, 10, 0, 0, 0, 0, 0]), cut],
  ['less than a number behind what is signed', () => Buffer.from([0xc2, 11, 4, 0, 1, 10, 0, 0, 0, 0, 0, 0, 0]), cut],
  ['another version', (packet) => changed(packet, 2, 5), other(0)],
  ['another type', (packet) => changed(packet, 3, 1), other(0)],
  ['another kind of key', (packet) => changed(packet, 4, 17), other(0)],
  ['another digest', (packet) => changed(packet, 5, 8), other(0)],
  ['more that is signed than there is', (packet) => changed(packet, 7, 40), cut],
  ['something unsigned', (packet) => changed(packet, 15, 1), 'the signature contains unsigned fields'],
  [
    'another beginning of the digest',
    (packet) => changed(packet, 17, (packet[17] ?? 0) ^ 1),
    'the signature covers other content: its digest prefix is different',
  ],
  [
    'a longer number than there is',
    (packet) => changed(packet, 19, 14),
    'the stated length of the RSA number is wrong',
  ],
])('refuses %s', async (_, change, fault) => {
  expect(faultOf(change(await packetOf(Buffer.from([0x1f, 1]))))).toBe(fault);
});

it('refuses a number with zeros before it, and a signature of another type or text', async () => {
  const packet = await packetOf(Buffer.from([0x1f, 1]));
  const zeros = Buffer.concat([Buffer.from([0xc2, 21]), packet.subarray(2, 18), Buffer.from([0, 13, 0, 0x1f, 1])]);

  expect(faultOf(zeros)).toBe('the stated length of the RSA number is wrong');
  expect(faultOf(packet, signatureType.text)).toBe(other(1));
  expect(signaturePacketFault(packet, signatureType.binary, Buffer.from('texts'))).toMatch(/covers other content/);
});

function changed(packet: Buffer, place: number, byte: number): Buffer {
  const copy = Buffer.from(packet);
  copy[place] = byte;
  return copy;
}
