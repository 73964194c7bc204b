import { expect, it } from 'vitest';
import { chooseImage } from '../../../lib/simplestreams/foreign/choose-image';
import { type CloudImage, cloudImagesOf, newestFirst } from '../../../lib/simplestreams/foreign/cloud-images';
import { readForeignDocument } from '../../../lib/simplestreams/foreign/foreign-documents';
import { productsOf } from '../../../lib/simplestreams/foreign/inherited';
import { offerOf } from '../../../lib/simplestreams/foreign/offer';
import { foreignPathFault } from '../../../lib/simplestreams/foreign/path-fault';
import { releasesIn } from '../../../lib/simplestreams/foreign/stream-release';

const sha256 = 'a'.repeat(64);
const file = { path: 'a', sha256, size: 1 };
const image = (serial: string, more: Partial<CloudImage> = {}): CloudImage => ({ product: 'p', serial, ...more });

it.each<[string, string, string]>([
  ['no JSON', '<', 'Unexpected token'],
  ['a list', '[]', 'it: Invalid input: expected object, received array (its format is [])'],
  ['another format', '{"format": "products:2.0"}', '(its format is "products:2.0")'],
  ['no format', '{}', '(its format is nothing)'],
  ['an index without entries', '{"format": "index:1.0"}', 'index: Invalid input'],
  ['products that are a number', '{"format": "products:1.0", "products": 7}', 'products: Invalid input'],
])('refuses %s, and says where to look', (_, text, why) => {
  expect(() => readForeignDocument(text, 'http://a/b')).toThrow(
    expect.objectContaining({
      name: 'BadFormat',
      message: expect.stringMatching(/^http:\/\/a\/b is not a simplestreams document: /),
      hint: 'give the URL of the folder that contains streams/v1/, or of one of its .sjson files; if the URL is right, report this to the publisher of the stream',
    }),
  );
  expect(() => readForeignDocument(text, 'http://a/b')).toThrow(why);
});

it('an entry of an index has its path and its products, as far as they are texts', () => {
  const index = { a: { path: 7, products: 'x' }, b: { path: 'p', products: ['x', 7], format: 'index:1.0' }, c: null };

  expect(readForeignDocument(JSON.stringify({ format: 'index:1.0', index }), 'it')).toEqual({
    kind: 'index',
    entries: [
      { contentId: 'a', path: '', products: [], isIndex: false },
      { contentId: 'b', path: 'p', products: ['x'], isIndex: true },
    ],
  });
});

it('refuses a serial that the stream does not have, or cannot give, and says what to do', () => {
  const [old, bare] = [image('20261101', { squashfs: file }), image('20261102')];
  const none =
    'the image 20261102 of noble has neither a squashfs nor a root tarball; the stream has 20261102, 20261101';
  const refusal = (images: readonly CloudImage[], serial?: string) => {
    try {
      return chooseImage(images, { what: 'noble', ...(serial !== undefined && { serial }) }).serial;
    } catch (error) {
      const { name, message, hint, misuse } = error as Record<string, unknown>;
      return { name, message, hint, misuse };
    }
  };

  expect(refusal([bare, old], '1')).toEqual({
    ...{ name: 'BadInput', misuse: true, hint: 'choose one of these serials, or leave the serial out for the newest' },
    message: 'no image 1 of noble; the stream has 20261102, 20261101',
  });
  expect(refusal([bare, old], '20261102')).toEqual({
    ...{
      name: 'BadInput',
      misuse: true,
      message: none,
      hint: 'choose another serial, or leave the serial out for the newest',
    },
  });
  const later = { name: 'NotReady', misuse: false, hint: 'run the build again later, or choose an older serial' };
  expect(refusal([bare, old])).toEqual({ ...later, message: none });
  expect(refusal([image('20261102', { rootTarball: file }), old])).toEqual({
    ...later,
    message: 'the image 20261102 of noble has no squashfs yet; the stream has 20261102, 20261101',
  });
  expect(refusal([bare])).toMatchObject({ name: 'NotReady' });
});

it('names ten serials of ten, and the rest by its number', () => {
  const serials = (count: number) => Array.from({ length: count }, (_, at) => image(String(20261100 + at)));

  expect(() => chooseImage(serials(10), { what: 'it', serial: '1' })).toThrow(/, 20261109$/);
  expect(() => chooseImage(serials(11), { what: 'it', serial: '1' })).toThrow(/, 20261109 and 1 older ones$/);
});

it('a fault of an image tells the document, the item and the value, and whom to tell', () => {
  const items = { a: { ftype: 'squashfs', sha256, size: 1, path: 'a b' } };
  const products = productsOf({ products: { 'x:server:24.04:amd64': { versions: { '20261120': { items } } } } });
  const [found] = cloudImagesOf(products, { version: '24.04', architecture: 'amd64' }, 'http://a/b');

  expect(found?.faults?.squashfs).toMatchObject({
    message: 'http://a/b, x:server:24.04:amd64 20261120 a: path is "a b", which contains the segment "a b"',
    hint: 'report it to the publisher of the stream',
  });
});

it.each<[string, unknown, number | string]>([
  ['a text of digits', '15', 15],
  ['fifteen digits', '9'.repeat(15), 999_999_999_999_999],
  ['nothing', 0, 0],
  ['the largest number', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ['sixteen digits', '9'.repeat(16), 'size is "9999999999999999"'],
  ['half a byte', 1.5, 'size is 1.5'],
  ['digits and more', '15k', 'size is "15k"'],
  ['more and digits', 'x15', 'size is "x15"'],
])('takes as a size %s, or refuses it', (_, size, read) => {
  const items = { a: { ftype: 'squashfs', sha256, size, path: 'a' } };
  const products = productsOf({ products: { 'x:server:24.04:amd64': { versions: { '20261120': { items } } } } });
  const [found] = cloudImagesOf(products, { version: '24.04', architecture: 'amd64' }, 'it');

  if (typeof read === 'number') expect(found?.squashfs?.size).toBe(read);
  else expect(found?.faults?.squashfs?.message).toMatch(read);
});

it.each(['20261120', '20261120.1', '20261120.1.2'])('takes the serial %s', (serial) => {
  const versions = { [serial]: { items: {} } };
  const products = productsOf({ products: { 'x:server:24.04:amd64': { versions } } });
  expect(cloudImagesOf(products, { version: '24.04', architecture: 'amd64' }, 'it')).toHaveLength(1);
});

it.each([
  '2026112',
  '202611200',
  '20261120.',
  '20261120.x',
  'x20261120',
  '20261120.1x',
  `20261120.${'1'.repeat(21)}`,
])('passes over %s, which is no serial', (serial) => {
  const versions = { [serial]: { items: {} } };
  const products = productsOf({ products: { 'x:server:24.04:amd64': { versions } } });
  expect(cloudImagesOf(products, { version: '24.04', architecture: 'amd64' }, 'it')).toEqual([]);
});

it('of one serial the first without a fault counts, and else the first', () => {
  const faults = { squashfs: new Error('of a test') as never };
  const [bad, worse, good] = [
    image('1', { faults, product: 'a' }),
    image('1', { faults, product: 'b' }),
    image('1', { product: 'c' }),
  ];

  expect(newestFirst([bad, worse])).toEqual([bad]);
  expect(newestFirst([bad, good])).toEqual([good]);
  expect(newestFirst([good, bad])).toEqual([good]);
  expect(newestFirst([good, { ...good, product: 'd' }])).toEqual([good]);
});

it('what a stream offers is told sorted, each once, and the newest release first', () => {
  const wanted = { version: '24.04', architecture: 'amd64' };
  const ids = (count: number) => Array.from({ length: count }, (_, at) => `x:server:24.04:a${at + 10}`);

  expect(offerOf([], ['x:server:24.04:b', 'x:server:24.04:a', 'y:server:24.04:b'], wanted)).toBe(
    'for this release it has a, b',
  );
  expect(offerOf([], ids(20), wanted)).toMatch(/, a29$/);
  expect(offerOf([], ids(21), wanted)).toMatch(/, a29 and 1 more$/);
  expect(offerOf([], ['x:server:20.04:a', 'x:server:22.04:a'], wanted)).toBe('it has 22.04, 20.04');
  expect(offerOf([], ['x:minimal:24.04:a', 'x', ''], wanted)).toBe('it has no server images');
});

it.each([
  ['/a', 'is absolute'],
  ['http://a', 'has a scheme'],
  ['file:/a', 'has a scheme'],
  ['a+1.b-2:/c', 'has a scheme'],
  ['1a:/b', undefined],
  ['.well-known/..a/b..', undefined],
  ['a/http:/b', undefined],
  ['a//b', 'contains the segment ""'],
  ['a/%2e/b', 'contains the segment "%2e"'],
  ['a/b%', 'contains the segment "b%"'],
  ["~!$&'()*+,;=:@%2D-_.", undefined],
])('of the path %j of a stream it is said: %s', (path, fault) => {
  expect(foreignPathFault(path)).toBe(fault);
});

it.each<[object, string]>([
  [{ release: 'Zany' }, 'release of ID is not a series (got "Zany")'],
  [{ version: '27.4' }, 'version of ID is not a version, such as 27.04 (got "27.4")'],
  [{ version: undefined }, 'version of ID Invalid input: expected string, received undefined (got nothing)'],
  [{ arch: 'AMD' }, 'arch of ID is not an architecture (got "AMD")'],
  [{ release_title: '27.04 lts' }, 'release_title of ID is not a version, with or without " LTS" (got "27.04 lts")'],
  [{ release_codename: 'Z' }, 'release_codename of ID is not a codename (got "Z")'],
  [{ support_eol: 'never' }, 'support_eol of ID is not a date, such as 2027-04-22 (got "never")'],
  [{ supported: 1 }, 'supported of ID is neither true nor false (got 1)'],
  [{ release_codename: `Z${'1'.repeat(200)}` }, `release_codename of ID is not a codename (got "Z${'1'.repeat(98)})`],
  [{ version: '27.10' }, 'ID describes itself as 27.10 for amd64'],
])('a product with %j makes its release odd', (changes, fault) => {
  const id = 'x:server:27.04:amd64';
  const said = { release: 'zany', version: '27.04', arch: 'amd64', ...changes };
  const name = typeof said.release === 'string' ? said.release : '';

  expect(releasesIn(productsOf({ products: { [id]: said } }))).toEqual({
    releases: [],
    odd: [{ name, version: '27.04', fault: fault.replace('ID', id) }],
  });
});

it('a product whose id has more words, or fewer, says nothing of a release', () => {
  const said = { release: 'zany', version: '27.04', arch: 'amd64' };
  const products = {
    'x:server:27.04:amd64': said,
    'x:server:27.04:amd64:more': { ...said, release_title: '27.04' },
    'server:27.04:amd64': { ...said, release_title: '27.04' },
  };

  const { releases, odd } = releasesIn(productsOf({ products }));
  expect([releases.map(({ architectures }) => architectures), odd]).toEqual([[['amd64']], []]);
});

it('a release is odd where one product says nothing of what another says', () => {
  const said = { release: 'zany', version: '27.04' };
  const products = {
    'x:server:27.04:amd64': { ...said, arch: 'amd64', release_title: '27.04' },
    'x:server:27.04:arm64': { ...said, arch: 'arm64' },
    'x:server:27.04:arm64:more': { ...said, arch: 'arm64' },
    'x:minimal:27.04:arm64': { ...said, arch: 'arm64' },
  };

  expect(releasesIn(productsOf({ products })).odd).toEqual([
    { name: 'zany', version: '27.04', fault: 'release_title is "27.04" and nothing' },
  ]);
});
