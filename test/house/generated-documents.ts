import fc from 'fast-check';
import { expect, onTestFinished } from 'vitest';
import { flavourSaid } from '../../lib/catalog/names';
import { parseProductId } from '../../lib/catalog/products';
import { MirrorError, withoutPasswords } from '../../lib/errors';
import { distroInfoReleases } from '../../lib/job/releases/distro-info';
import { parseRepository } from '../../lib/job/sources/repository';
import { archiveFailure } from '../../lib/machine/apt/apt-errors';
import { installations } from '../../lib/machine/apt/apt-resolve';
import { inReleaseTime } from '../../lib/machine/apt/in-release';
import { manifestFrom } from '../../lib/machine/dpkg/manifest';
import { checkIndex } from '../../lib/simplestreams/contract/check-index';
import { checkProducts } from '../../lib/simplestreams/contract/check-products';
import { chooseImage } from '../../lib/simplestreams/foreign/choose-image';
import { cloudImagesOf, mayHold } from '../../lib/simplestreams/foreign/cloud-images';
import { readForeignDocument } from '../../lib/simplestreams/foreign/foreign-documents';
import { offerOf } from '../../lib/simplestreams/foreign/offer';
import { foreignPathFault } from '../../lib/simplestreams/foreign/path-fault';
import { releasesIn } from '../../lib/simplestreams/foreign/stream-release';
import { parseIndex, parseProducts } from '../../lib/simplestreams/json';
import { armouredKeyringFault, keysOf } from '../../lib/simplestreams/openpgp/keyring';
import { verifyInProcess } from '../../lib/simplestreams/openpgp/openpgp-verify';
import { publicKeyring } from '../../lib/simplestreams/openpgp/public-keyring';
import { clearsignedFault, detachedFault } from '../../lib/simplestreams/openpgp/signed-text';
import { splitClearsigned } from '../../lib/simplestreams/openpgp/split-clearsigned';
import { verifiedText } from '../../lib/simplestreams/openpgp/verified-text';
import { hand, now } from '../simplestreams/openpgp/signed-by-hand';

const wanted = { version: '24.04', architecture: 'amd64' };

/** All readers of foreign text that need nothing but the text. */
const readers: readonly ((text: string) => unknown)[] = [
  (text) => {
    const document = readForeignDocument(text, 'it');
    if (document.kind === 'index') return document.entries.filter((entry) => mayHold(entry, wanted));
    const images = cloudImagesOf(document.products, wanted, 'it');
    return images.length > 0 ? chooseImage(images, { what: 'it' }) : offerOf(document.products, [], wanted);
  },
  (text) => foreignPathFault(text),
  (text) => [...checkIndex(parseIndex(text, 'it'), { documents: new Map(), signed: true })],
  (text) => [...checkProducts(parseProducts(text, 'it'))],
  (text) => splitClearsigned(Buffer.from(text)),
  (text) => clearsignedFault(Buffer.from(text)),
  (text) => detachedFault(Buffer.from(text), Buffer.from('{}\n')),
  (text) => armouredKeyringFault(Buffer.from(text)),
  (text) => publicKeyring(Buffer.from(text, 'latin1')),
  (text) => manifestFrom(text),
  (text) => installations(text),
  (text) => inReleaseTime(text),
  (text) => archiveFailure(new MirrorError('CommandFailed', text)),
  (text) => parseRepository(text),
  (text) => parseProductId(text),
  (text) => flavourSaid(text),
  (text) => distroInfoReleases(text, 'zany'),
  (text) => {
    const document = readForeignDocument(text, 'it');
    return document.kind === 'products' ? releasesIn(document.products) : document;
  },
  (text) => withoutPasswords(text),
];

/** Makes documents of a number, always the same of the same: fast-check's own builders take a millisecond for each. */
function maker(seed: number) {
  let state = seed >>> 0;
  const below = (end: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  };
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const noise = () =>
    Array.from({ length: below(9) }, () => String.fromCharCode(below(below(4) === 0 ? 65_536 : 128))).join('');
  const odd = (): unknown => (below(6) === 0 ? noise() : pick(oddValues));

  /** Something in which some fields are missing, or odd, or more than there should be. */
  const changed = (right: Readonly<Record<string, unknown>>): unknown => {
    if (below(30) === 0) return odd();
    const made: Record<string, unknown> = Object.create(null);
    for (const [name, value] of Object.entries(right))
      if (below(25) !== 0) made[name] = below(20) === 0 ? odd() : value;
    for (let more = below(3); more > 0; more--) made[below(5) === 0 ? noise() : pick(fieldNames)] = odd();
    return made;
  };
  const named = (names: readonly string[], make: () => unknown) =>
    changed(
      Object.fromEntries(Array.from({ length: 1 + below(2) }, () => [below(8) === 0 ? noise() : pick(names), make()])),
    );
  const item = () =>
    changed({
      ftype: pick(['squashfs', 'root.tar.xz', 'boot-kernel', 'manifest']),
      path: 'a/b',
      sha256: 'a'.repeat(64),
      size: 1,
    });
  const version = () =>
    changed({ items: named(['squashfs', 'root.tar.xz', 'boot-kernel', 'boot-initrd', 'manifest'], item) });
  const product = () =>
    changed({ arch: 'amd64', os: 'ubuntu', label: 'a', versions: named(['20261120', '20261120.1', '1'], version) });
  const head = { updated: 'Mon, 12 Oct 2026 04:11:09 +0000', datatype: 'image-downloads' };
  const products = () =>
    changed({ ...head, format: 'products:1.0', content_id: 'a', products: named(productIds, product) });
  const entry = () => changed({ ...head, format: 'products:1.0', path: 'streams/v1/a.sjson', products: productIds });
  const index = () =>
    changed({ ...head, format: 'index:1.0', index: named(['com.ubuntu.cloud:daily:download', 'a'], entry) });
  const json = () => JSON.stringify(pick([products, products, index, odd])()) ?? '';
  const cut = () => {
    const [whole, at] = [json(), below(300)];
    return whole.slice(0, at) + noise() + whole.slice(at + below(20));
  };
  const text = () => Array.from({ length: below(12) }, () => (below(5) === 0 ? noise() : pick(pieces))).join('');
  return { text, document: () => pick([json, json, cut, text])() };
}

/** Values that no field should have, and some that it should. */
const oddValues: readonly unknown[] = [
  ...[
    null,
    true,
    0,
    -1,
    1.5,
    2 ** 60,
    '',
    '.',
    '..',
    '/',
    'a/../b',
    'a:b',
    '20261120',
    '__proto__',
    [],
    {},
    [{}],
    { a: 1 },
    [[]],
  ],
  ...[
    'products:1.0',
    'index:1.0',
    'image-ids',
    'squashfs',
    'amd64',
    'a'.repeat(64),
    { __proto__: null, __proto: 1 },
    [null],
    ['a'],
  ],
];
const fieldNames = [
  'format',
  'content_id',
  'datatype',
  'updated',
  'arch',
  'os',
  'release',
  'version',
  'ftype',
  'path',
  'sha256',
  'size',
  'label',
  'subarches',
  'products',
  'versions',
  'items',
  'index',
  '__proto__',
  'constructor',
  'toString',
  'product_name',
];
const productIds = [
  'com.ubuntu.cloud:server:24.04:amd64',
  'com.ubuntu.maas.a:v3:boot:24.04:amd64:ga-24.04',
  'com.ubuntu.maas.a:1:pxelinux:pxe:i386',
];
/** What readers look for, in the wrong place. */
const pieces = [
  ...[
    '-----BEGIN PGP SIGNED MESSAGE-----\n',
    'Hash: SHA512\n',
    '\n',
    '-----BEGIN PGP SIGNATURE-----\n',
    '-----END PGP SIGNATURE-----\n',
    '- ',
    '=AAAA\n',
    'AAAA',
    'Version: x\n',
  ],
  ...[
    '-----BEGIN PGP PUBLIC KEY BLOCK-----\n',
    '-----END PGP PUBLIC KEY BLOCK-----',
    'ppa:a/b',
    'URIs: http://a\n',
    'Suites: a\n',
    'Components: b\n',
    'Signed-By:',
    'Types: deb\n',
  ],
  ...[
    'Package: a\n',
    'Status: install ok installed\n',
    'Version: 1\n',
    'Inst a ',
    '[1] ',
    '(2 x)',
    'Date: ',
    'E: ',
    "Package 'a' has no",
    'http://u:p@',
    '\u2028',
    '\0',
    '\r\n',
  ],
];
const number = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/**
 * Has so many generated documents read by all of them.
 * @returns how often one of them could read one
 * @throws what is no error of ours
 */
export function readDocuments(rounds: number): number {
  let read = 0;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // traces of a million errors take most of the time
  onTestFinished(() => void Object.assign(Error, { stackTraceLimit }));
  const property = fc.property(number, (seed) => {
    const document = maker(seed).document();
    for (const reader of readers) {
      try {
        reader(document);
        read += 1;
      } catch (error) {
        if (!(error instanceof MirrorError)) throw error;
      }
    }
  });
  fc.assert(property, { numRuns: rounds });
  return read;
}

/** The same with what asks for keys and signatures. */
export async function readSigned(rounds: number): Promise<void> {
  const { keyring } = await hand();
  const own = (error: unknown) => expect(error).toBeInstanceOf(MirrorError);
  const property = fc.asyncProperty(number, fc.uint8Array({ maxLength: 60 }), async (seed, bytes) => {
    const document = maker(seed).text();
    const verify = (file: Buffer, keys: Buffer) => verifyInProcess(file, keys, now);
    const signature = `-----BEGIN PGP SIGNATURE-----\n\n${Buffer.from(bytes).toString('base64')}\n-----END PGP SIGNATURE-----\n`;
    const signed = `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nx\n${signature}`;
    for (const file of [document, signed]) await verifiedText(Buffer.from(file), keyring, verify).catch(own);
    await verify(Buffer.from(signed), Buffer.from(bytes)).catch(own);
    await keysOf(Buffer.from(bytes)).catch(own);
    const changed = Buffer.concat([
      keyring.subarray(0, bytes.length * 10),
      Buffer.from(bytes),
      keyring.subarray(bytes.length * 10 + 5),
    ]);
    await keysOf(changed).catch(own);
  });
  await fc.assert(property, { numRuns: rounds });
}
