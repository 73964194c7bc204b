import { expect } from 'vitest';
import { parseProductId } from '../../../lib/catalog/products';
import { MirrorError, withoutPasswords } from '../../../lib/errors';
import { parseRepository } from '../../../lib/job/sources/repository';
import { archiveFailure } from '../../../lib/machine/apt/apt-errors';
import { imageAmong, installations } from '../../../lib/machine/apt/apt-resolve';
import { inReleaseTime } from '../../../lib/machine/apt/in-release';
import { watchConsole } from '../../../lib/machine/boot/console';
import { manifestFrom } from '../../../lib/machine/dpkg/manifest';
import { foreignText } from '../../../lib/machine/output/printable';
import { isReadableDate, pathFault } from '../../../lib/simplestreams/contract/readable-values';
import { cloudImagesOf } from '../../../lib/simplestreams/foreign/cloud-images';
import { readForeignDocument } from '../../../lib/simplestreams/foreign/foreign-documents';
import { foreignPathFault } from '../../../lib/simplestreams/foreign/path-fault';
import { parseIndex, parseProducts } from '../../../lib/simplestreams/json';
import { dearmour } from '../../../lib/simplestreams/openpgp/armour';
import { keysOf } from '../../../lib/simplestreams/openpgp/keyring';
import { verifyInProcess } from '../../../lib/simplestreams/openpgp/openpgp-verify';
import { binaryKeyring } from '../../../lib/simplestreams/openpgp/public-keyring';
import { clearsignedFault } from '../../../lib/simplestreams/openpgp/signed-text';
import { parseStrictJson } from '../../../lib/simplestreams/strict-json';
import { judgeByLogin } from '../../../lib/stages/boot/judge';
import { hand, now } from '../../simplestreams/openpgp/signed-by-hand';
import '../../fixtures/needs-seconds';

/** Reads a text, or says that it is not to be read. */
type Read = (text: string) => unknown;

const own = hand();

/** A text of a length, of one piece that is repeated, with something before and after it. */
interface Worst {
  readonly before?: string;
  readonly piece: string;
  readonly after?: string;
}

const cloudProducts = (text: string) => {
  const document = readForeignDocument(text, 'it');
  const wanted = { version: '24.04', architecture: 'amd64' };
  return document.kind === 'products' ? cloudImagesOf(document.products, wanted, 'it') : [];
};
const failedApt = (text: string) => archiveFailure(new MirrorError('CommandFailed', text));
const console_ = (text: string) =>
  watchConsole(piecesOf(Buffer.from(text, 'latin1')), { judge: judgeByLogin, onLine: () => {} });
async function* piecesOf(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
const signedBody: Worst = {
  before: '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n',
  piece: '',
  after: '\n-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n',
};
const inBody = (piece: string): Worst => ({ ...signedBody, piece });
const inArmour = (piece: string, after = '*'): Worst => ({ before: '-----BEGIN PGP SIGNATURE-----\n\n', piece, after });
const image = (field: string, piece: string): Worst => ({
  before:
    `{"format":"products:1.0","products":{"a:server:24.04:amd64":{"arch":"amd64","versions":{"20261120":{"items":{"squashfs":{"ftype":"squashfs","size":1,"sha256":"${'a'.repeat(64)}","path":"a","${field}x":1,"`.replace(
      `"${field}x":1,"`,
      `${field}`,
    ),
  piece,
  after: '!"}}}}}}}',
});

/** What each reader of foreign text has most to do with: the worst letters of its expressions, and of its loops. */
export const readers: readonly (readonly [name: string, read: Read, worst: readonly Worst[]])[] = [
  [
    'verifyInProcess',
    async (text) => verifyInProcess(Buffer.from(text), (await own).keyring, now),
    [
      ...['\n', '\r\n', '- x \r\r\n'].map(inBody),
      { piece: 'x' },
      { before: '-----BEGIN PGP SIGNED MESSAGE-----\n', piece: 'Hash: SHA512\n' },
    ],
  ],
  [
    'clearsignedFault',
    (text) => clearsignedFault(Buffer.from(text)),
    ['\n', ' \n', '-\n', '- x\n', '\r', ' ', '\t'].map(inBody),
  ],
  [
    'dearmour',
    (text) => dearmour('SIGNATURE', text),
    [
      ...['A', '\n', 'AAAA\n', '=', ' ', '='].map((piece) => inArmour(piece)),
      inArmour('A', '\n-----END PGP SIGNATURE-----\n'),
      inArmour('\n', '\n-----END PGP SIGNATURE-----x'),
      { before: '-----BEGIN PGP SIGNATURE-----\n', piece: 'a: b\n' },
      { before: '-----BEGIN PGP SIGNATURE-----\n', piece: 'a' },
      { before: '-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----', piece: ' ', after: 'x' },
    ],
  ],
  [
    'keysOf',
    (text) => keysOf(binaryKeyring(Buffer.from(text, 'latin1'))),
    [
      { piece: '\x99\0\x01a' },
      { piece: 'a' },
      {
        before: '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n',
        piece: 'A',
        after: '\n-----END PGP PUBLIC KEY BLOCK-----\n',
      },
    ],
  ],
  [
    'parseStrictJson',
    parseStrictJson,
    [
      { before: '[', piece: `"${'a'.repeat(100)}",`, after: '1]' },
      { before: '["', piece: '\\"', after: '"]' },
      { before: '["', piece: 'a', after: '"]' },
      { before: '{"a"', piece: ' ', after: ':1}' },
      { before: '[', piece: `["${'a'.repeat(100)}"],`, after: '1]' },
      { piece: '[' },
      { piece: '"' },
      { before: '{"', piece: '\\u0061', after: '":1}' },
    ],
  ],
  [
    'cloudImagesOf',
    cloudProducts,
    [
      image('path":"', 'a'),
      image('path":"', '/'),
      image('path":"', '.'),
      image('sha256":"', 'a'),
      image('size":"', '1'),
      {
        before: '{"format":"products:1.0","products":{"a:server:24.04:amd64":{"arch":"amd64","versions":{"20261120',
        piece: '.1',
        after: '!":{}}}}}',
      },
      { before: '{"format":"products:1.0","products":{"', piece: ':server:24.04:amd64', after: 'x":{}}}' },
    ],
  ],
  [
    'parseIndex',
    (text) => parseIndex(text, 'it'),
    [
      { before: '{"format":"index:1.0","updated":"', piece: '1', after: '"}' },
      { before: '{"format":"', piece: 'i', after: '"}' },
    ],
  ],
  [
    'parseProducts',
    (text) => parseProducts(text, 'it'),
    [{ before: '{"format":"products:1.0","content_id":"', piece: 'a', after: '"}' }],
  ],
  [
    'foreignPathFault',
    foreignPathFault,
    [
      { piece: ':' },
      { piece: 'a/' },
      { piece: '.' },
      { piece: '/', before: 'a' },
      { piece: '%2e' },
      { piece: 'a', after: '!' },
    ],
  ],
  ['pathFault', pathFault, [{ piece: 'a', after: '!' }, { piece: '.', after: '!' }, { piece: './' }]],
  [
    'isReadableDate',
    isReadableDate,
    [{ before: 'Mon, ', piece: '1' }, { piece: '1' }, { before: '2026-11-20T', piece: '0' }],
  ],
  [
    'parseProductId',
    parseProductId,
    [
      { before: 'com.ubuntu.maas.', piece: 'a' },
      { before: 'com.ubuntu.maas.', piece: 'a:v3:boot:' },
      { before: 'com.ubuntu.maas.a:v3:boot:', piece: '1.', after: '!' },
    ],
  ],
  [
    'inReleaseTime',
    inReleaseTime,
    [
      { piece: '\n' },
      { piece: 'Date: ' },
      { before: 'Date: ', piece: ' ' },
      { piece: 'Date: 1\r' },
      { before: 'Date: ', piece: '1' },
    ],
  ],
  [
    'manifestFrom',
    manifestFrom,
    [
      { piece: '\n' },
      { piece: 'a' },
      { piece: 'a: b\n' },
      { piece: 'a: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r' },
      { piece: 'a-' },
      { piece: 'Package: a\nStatus: installed\n\n' },
    ],
  ],
  [
    'installations',
    installations,
    [
      { before: 'Inst ', piece: 'a' },
      { piece: 'Inst a ' },
      { piece: 'Inst a [' },
      { piece: 'Inst a [x] (1 ' },
      { piece: ' ' },
      { piece: 'Inst a (1 x)\n' },
    ],
  ],
  [
    'imageAmong',
    (text) => imageAmong('a', text),
    [{ piece: ' ' }, { piece: ' Depends: ' }, { piece: '\n ' }, { before: 'Depends: ', piece: 'a', after: ' ' }],
  ],
  [
    'archiveFailure',
    failedApt,
    [
      { piece: ' ' },
      { piece: 'Version ' },
      { before: "Version a for '", piece: 'a' },
      { piece: "Package '" },
      { before: "Package '", piece: 'a' },
      { piece: 'Sub-process ' },
      { before: 'Sub-process ', piece: 'a' },
      { piece: '404 ' },
      { before: '404', piece: ' ' },
      { piece: 'a : ' },
      { piece: '\n' },
      { piece: 'Unable to locate package ' },
    ],
  ],
  [
    'parseRepository',
    parseRepository,
    [
      { before: 'URIs:', piece: ' ', after: 'x\rx\n' },
      { before: 'a\n', piece: 'a-' },
      { before: 'ppa:', piece: 'a' },
      { before: 'ppa:a/', piece: '+', after: '!' },
      { piece: 'a: b\n' },
      { before: 'Signed-By:\n', piece: ' x\n' },
      { before: 'URIs: http://', piece: 'a', after: '"\nSuites: x\nComponents: y\nSigned-By: z' },
      { before: 'Suites:', piece: ' a', after: '\n' },
    ],
  ],
  [
    'withoutPasswords',
    withoutPasswords,
    [
      { piece: 'a' },
      { piece: 'a://' },
      { before: 'a://', piece: 'b' },
      { before: 'a://', piece: '"' },
      { piece: 'a:' },
      { piece: 'a://"' },
      { piece: 'a://:' },
      { piece: 'http://: ' },
      { before: 'http://', piece: '/' },
      { before: '"', piece: 'http://:",' },
      { piece: '@' },
      { before: 'http://:', piece: '@' },
    ],
  ],
  [
    'foreignText',
    foreignText,
    [
      { piece: '\r', after: 'x' },
      { piece: '\u001b[' },
      { piece: '\u001b]' },
      { before: '\u001b]', piece: 'x' },
      { before: '\u001b[', piece: '0' },
      { piece: '\u001b ' },
    ],
  ],
  [
    'the console of a boot',
    console_,
    [
      { piece: 'x' },
      { piece: ' ' },
      { piece: ' login:' },
      { before: 'x login: [', piece: ' ' },
      { before: 'x login: [', piece: '1' },
      { piece: '\u001b[' },
      { before: '\u001b[', piece: '0;' },
      { piece: '\u001b' },
    ],
  ],
];

const mebibytes = (count: number) => count * 1024 * 1024;

function textOf({ before = '', piece, after = '' }: Worst, length: number): string {
  return before + piece.repeat(Math.ceil(length / piece.length)) + after;
}

/** Milliseconds of a processor, of an error too: others may be busy on this machine. */
async function timeOf(read: Read, text: string): Promise<number> {
  const start = process.cpuUsage();
  try {
    await read(text);
  } catch (error) {
    expect(error instanceof MirrorError || error instanceof SyntaxError, String(error)).toBe(true);
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** What is done in so short a time says nothing about how it grows: 1 MB, squared, takes hours. */
const tooShort = 500;

/** @throws where a text takes a reader more than 2.5 times as long as half of it */
export async function expectLinear(read: Read, worst: readonly Worst[], size: number): Promise<void> {
  for (const one of worst) {
    const whole = textOf(one, mebibytes(size));
    let [short, long] = [Number.POSITIVE_INFINITY, await timeOf(read, whole)];
    const isLong = () =>
      long > Math.max(tooShort, 2.5 * short) || (long > tooShort && short === Number.POSITIVE_INFINITY);
    // The machine may be busy with something else.
    for (let run = 0; run < 8 && isLong(); run++) {
      short = Math.min(short, await timeOf(read, textOf(one, mebibytes(size / 2))));
      if (isLong()) long = Math.min(long, await timeOf(read, whole));
    }
    expect({ ...one, short, long, isLinear: !isLong() }).toMatchObject({ isLinear: true });
  }
}
