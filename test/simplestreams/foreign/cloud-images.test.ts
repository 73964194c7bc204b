import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseImage } from '../../../lib/simplestreams/foreign/choose-image';
import { type CloudImage, cloudImagesOf, mayHold, newestFirst } from '../../../lib/simplestreams/foreign/cloud-images';
import { readForeignDocument } from '../../../lib/simplestreams/foreign/foreign-documents';
import { offerOf } from '../../../lib/simplestreams/foreign/offer';
import { foreignPathFault } from '../../../lib/simplestreams/foreign/path-fault';

const sha256 = 'a'.repeat(64);
const noble = { version: '24.04', architecture: 'amd64' };
const id = 'com.ubuntu.cloud.daily:server:24.04:amd64';
const squashfs = { ftype: 'squashfs', path: 'server/noble/20261120/noble.squashfs', sha256, size: 3 };

const versionOf = (items: Record<string, unknown> = { squashfs }) => ({ items, label: 'daily', pubname: 'x' });
/** The products of a document. */
const productsOf = (products: Record<string, unknown>, top: Record<string, unknown> = {}) => {
  const text = JSON.stringify({ format: 'products:1.0', products, extra: [true], ...top });
  const document = readForeignDocument(text, 'it');
  return document.kind === 'products' ? document.products : [];
};
/** The images in a document with these versions of noble amd64. */
const imagesOf = (versions: Record<string, unknown>, fields: Record<string, unknown> = {}) =>
  cloudImagesOf(productsOf({ [id]: { arch: 'amd64', supported: true, versions, ...fields } }), noble, 'the document');

describe('cloudImagesOf', () => {
  it('gives the files that a mirror needs, whatever else is there', () => {
    const file = (ftype: string, size: unknown) => ({
      ftype,
      path: `a/${ftype}`,
      sha256,
      size,
      md5: 'x',
      deep: { a: 1 },
    });
    const items = {
      squashfs: file('squashfs', 252846080),
      'squashfs.manifest': file('squashfs.manifest', '18108'),
      'root.tar.xz': file('root.tar.xz', 206873716),
      'root.manifest': file('root.manifest', 18108),
      'disk1.img': file('disk1.img', true),
      manifest: file('manifest', 1),
      strange: 7,
      stranger: { ...file('squashfs', 1), ftype: { toString: 1 } },
    };
    const cloudFile = (ftype: string, size: number) => ({ path: `a/${ftype}`, sha256, size });

    expect(imagesOf({ '20261120': versionOf(items) })).toEqual([
      {
        product: id,
        serial: '20261120',
        squashfs: cloudFile('squashfs', 252846080),
        manifest: cloudFile('squashfs.manifest', 18108),
        rootTarball: cloudFile('root.tar.xz', 206873716),
        rootManifest: cloudFile('root.manifest', 18108),
      },
    ]);
  });

  it('takes the architecture and the version exactly', () => {
    const product = (arch: string) => ({ arch, versions: { '20261120': versionOf() } });
    const products = productsOf({
      [`${id}v3`]: product('amd64v3'),
      'com.ubuntu.cloud:server:24.04:arm64': product('arm64'),
      'com.ubuntu.cloud:server:24.10:amd64': product('amd64'),
      'com.ubuntu.cloud:minimal:24.04:amd64': product('amd64'),
      'com.ubuntu.cloud:server:24.04:amd64': product('amd64v3'),
    });

    expect(cloudImagesOf(products, noble, 'it')).toEqual([]);
    expect(cloudImagesOf(products, { ...noble, architecture: 'amd64v3' }, 'it').map(({ product }) => product)).toEqual([
      `${id}v3`,
    ]);
  });

  it.each([
    'com.ubuntu.cloud',
    'com.ubuntu.cloud.daily',
    'com.ubuntu.cloud.candidate',
    'org.example',
  ])('does not care whose image it is (%s)', (whose) => {
    const product = { arch: 'amd64', versions: { '20261120': versionOf() } };
    expect(cloudImagesOf(productsOf({ [`${whose}:server:24.04:amd64`]: product }), noble, 'it')).toHaveLength(1);
  });

  it('puts the newest first, as readers sort names, and passes over names that are no serials', () => {
    const serials = ['20260101.9', '20260101', '20261120.1', '20260101.10', '20261120', 'latest', '20261120x'];
    const versions = Object.fromEntries(serials.map((serial) => [serial, versionOf()]));

    expect(imagesOf(versions).map(({ serial }) => serial)).toEqual([
      '20261120.1',
      '20261120',
      '20260101.9',
      '20260101.10',
      '20260101',
    ]);
  });

  it('passes over what cannot be checked', () => {
    const { sha256: _, ...unchecked } = squashfs;
    expect(imagesOf({ '20261120': versionOf({ squashfs: unchecked }) })).toEqual([{ product: id, serial: '20261120' }]);
  });

  it.each([
    ['once for all products', {}, {}, {}],
    ['in the product', { arch: 'amd64' }, {}, {}],
    ['in the version', { arch: 'arm64' }, { arch: 'amd64' }, {}],
  ])('takes what is said %s for all that is below, and the nearest', (_, product, version, item) => {
    const items = { squashfs: { path: 'a/squashfs', ...item }, 'squashfs.manifest': { path: 'a/manifest', size: '7' } };
    const versions = { '20261120': { ...version, items, size: 3, ftype: undefined } };
    const products = productsOf({ [id]: { versions, sha256, ...product } }, { arch: 'amd64', size: 4 });

    expect(cloudImagesOf(products, noble, 'it')).toEqual(
      'arch' in product && product.arch !== 'amd64'
        ? []
        : [
            {
              product: id,
              serial: '20261120',
              squashfs: { path: 'a/squashfs', sha256, size: 3 },
              manifest: { path: 'a/manifest', sha256, size: 7 },
            },
          ],
    );
  });

  it.each([
    ['an absolute path', { path: '/etc/passwd' }, 'path is "/etc/passwd", which is absolute'],
    ['a path that leaves the stream', { path: 'a/../../b' }, 'path is "a/../../b", which contains the segment ".."'],
    ['another server', { path: 'http://a/b' }, 'path is "http://a/b", which has a scheme'],
    ['a path that is none', { path: 7 }, 'path is 7'],
    ['half a sha256', { sha256: 'aa' }, 'sha256 is "aa"'],
    ['a sha256 in capitals', { sha256: 'A'.repeat(64) }, `sha256 is "${'A'.repeat(64)}"`],
    ['a size that is none', { size: 'big' }, 'size is "big"'],
    ['a size below nothing', { size: -1 }, 'size is -1'],
    ['no size', { size: undefined }, 'size is nothing'],
  ])('refuses %s where it is needed, and names the item; the other serials can be had', (_, change, message) => {
    const wrong = versionOf({ squashfs: { ...squashfs, ...change } });
    const fault = expect.objectContaining({
      name: 'BadFormat',
      message: `the document, ${id} 20261120 squashfs: ${message}`,
    });
    const images = imagesOf({ '20261120': wrong, '20261119': versionOf() });

    expect(images[0]?.faults).toEqual({ squashfs: fault });
    expect(() => chooseImage(images, { what: 'it' })).toThrow(fault);
    expect(() => chooseImage(images, { what: 'it', serial: '20261120' })).toThrow(fault);
    expect(chooseImage(images, { what: 'it', serial: '20261119' }).serial).toBe('20261119');
  });

  it('refuses a faulty file only where it is the one that is used', () => {
    const bad = (ftype: string) => ({ ...squashfs, ftype, path: 'a b' });
    const chosen = (items: Record<string, unknown>) =>
      chooseImage(imagesOf({ '20261120': versionOf(items) }), { what: 'it' });
    const good = { squashfs, 'squashfs.manifest': { ...squashfs, ftype: 'squashfs.manifest' } };

    expect(chosen({ ...good, a: bad('root.tar.xz'), b: bad('root.manifest') }).squashfs?.size).toBe(3);
    expect(() => chosen({ squashfs, b: bad('root.manifest') })).toThrow('20261120 b: path is "a b"');
    expect(() => chosen({ squashfs, b: bad('squashfs.manifest') })).toThrow('20261120 b: path is "a b"');
    expect(() => chosen({ a: bad('root.tar.xz') })).toThrow('20261120 a: path is "a b"');
  });

  it.each([
    ['text that is no JSON', '<html>'],
    ['another format', '{"format": "products:2.0", "products": {}}'],
    ['no object', '[]'],
    ['products that are none', '{"format": "products:1.0", "products": 7}'],
  ])('refuses %s', (_, text) => {
    expect(() => readForeignDocument(text, 'http://a/b')).toThrow(
      expect.objectContaining({
        name: 'BadFormat',
        message: expect.stringContaining('http://a/b is not a simplestreams'),
      }),
    );
  });
});

describe('mayHold', () => {
  const entry = (path: string, products: unknown[], datatype: unknown = 'image-downloads') => ({
    path,
    products,
    datatype,
    updated: 'some day',
    clouds: [{ region: 1 }],
  });
  const pathsFor = (index: Record<string, unknown>) => {
    const document = readForeignDocument(JSON.stringify({ format: 'index:1.0', index }), 'the index');
    const entries = document.kind === 'index' ? document.entries : [];
    return entries.filter((one) => mayHold(one, noble)).map(({ path }) => path);
  };

  it('takes Canonical’s own, every other that lists the image, and indexes', () => {
    expect(
      pathsFor({
        'com.ubuntu.cloud:released:download': entry('released', []),
        'com.ubuntu.cloud:daily:download': entry('daily', [], undefined),
        'com.ubuntu.cloud:released:aws': entry('aws', [id], 'image-ids'),
        'com.example:files': entry('files', [id], 'file-downloads'),
        'com.example:news': entry('news', [id], 'release-notifications'),
        'com.example:content': entry('content', [id], 'content-download'),
        'com.example:odd': entry('odd', [id], 7),
        'com.example:null': entry('null', [id], null),
        'com.example:download': entry('ours', [7, id]),
        'com.example:more': { ...entry('more', [], undefined), format: 'index:1.0' },
        'com.example:clouds': { ...entry('clouds', [], 'image-ids'), format: 'index:1.0' },
        'com.example:other': entry('other', [`${id}v3`, 'ubuntu:noble:amd64:default']),
        strange: 7,
      }),
    ).toEqual(['released', 'daily', 'ours', 'more']);
  });
});

describe('chooseImage', () => {
  const image = (serial: string): CloudImage => ({ product: id, serial, squashfs: { path: 'a', sha256, size: 1 } });
  const images = newestFirst(Array.from({ length: 13 }, (_, day) => image(`202611${day + 10}`)));
  const what = 'noble amd64';

  it('takes the newest, or the one that is asked for', () => {
    expect(chooseImage(images, { what }).serial).toBe('20261122');
    expect(chooseImage(images, { what, serial: '20261111' }).serial).toBe('20261111');
  });

  it('takes a root tarball for want of a squashfs', () => {
    const tarball = { product: id, serial: '20261130', rootTarball: { path: 'a', sha256, size: 1 } };
    const older = { ...tarball, serial: '20261129' };
    expect(chooseImage([tarball, older], { what })).toBe(tarball);
    // Where others have one, it is not complete yet.
    expect(() => chooseImage([tarball, ...images], { what })).toThrow(expect.objectContaining({ name: 'NotReady' }));
    expect(chooseImage([tarball, ...images], { what, serial: '20261130' })).toBe(tarball);
  });

  it('refuses a serial that is not there, and lists the newest ten', () => {
    const ten = Array.from({ length: 10 }, (_, at) => `202611${22 - at}`).join(', ');
    expect(() => chooseImage(images, { what, serial: '20200101' })).toThrow(
      expect.objectContaining({
        name: 'BadInput',
        misuse: true,
        message: `no image 20200101 of noble amd64; the stream has ${ten} and 3 older ones`,
      }),
    );
  });

  it('refuses one without a root file system', () => {
    const empty = [{ product: id, serial: '20261130' }, ...images];
    const message = expect.stringContaining('20261130 of noble amd64 has neither a squashfs nor a root tarball');
    expect(() => chooseImage(empty, { what })).toThrow(expect.objectContaining({ name: 'NotReady', message }));
    expect(() => chooseImage(empty, { what, serial: '20261130' })).toThrow(
      expect.objectContaining({ name: 'BadInput', misuse: true, message }),
    );
  });

  it('counts one serial in two documents once', () => {
    const other = { ...image('20261122'), product: 'other' };
    expect(newestFirst([other, ...images]).filter(({ serial }) => serial === '20261122')).toEqual([other]);
  });
});

describe('offerOf', () => {
  const product = (release: string, version: string, arch: string): [string, unknown] => [
    `com.example:server:${version}:${arch}`,
    { arch, release, versions: {} },
  ];
  const products = productsOf(
    Object.fromEntries([
      ...[product('jammy', '22.04', 'amd64'), product('noble', '24.04', 'arm64'), product('noble', '24.04', 'amd64')],
      ['com.example:minimal:26.04:amd64', {}],
    ]),
  );

  it('names the architectures of the release, or else all releases', () => {
    const ids = ['x:server:24.04:s390x', 'x:server:20.04:amd64', 'x:server:22.04:riscv64'];
    expect(offerOf(products, ids, noble)).toBe('for this release it has amd64, arm64, s390x');
    expect(offerOf(products, ids, { ...noble, version: '26.04' })).toBe('it has noble (24.04), jammy (22.04), 20.04');
    expect(offerOf([], [], noble)).toBe('it has no server images');
  });

  it('names twenty of many', () => {
    const ids = Array.from({ length: 25 }, (_, at) => `x:server:${at + 10}.04:amd64`);
    expect(offerOf([], ids, { ...noble, version: '8.04' })).toMatch(/^it has 34\.04, .*, 15\.04 and 5 more$/);
  });
});

describe('foreignPathFault', () => {
  it.each([
    'streams/v1/com.ubuntu.cloud:released:download.sjson',
    'server/g++/20261120/a+b~c_d@2,e=f.squashfs',
    'a/b%2Bc%20d/1:2.3',
    'com.ubuntu.cloud:daily.sjson',
  ])('allows all that stands in the path of an address: %s', (path) => {
    expect(foreignPathFault(path)).toBeUndefined();
  });

  it.each([
    ...['/streams/v1/a.sjson', 'http://a/b.sjson', 'file:/etc/passwd', '//a/b', '../a.sjson', 'a/..', 'a/./b', 'a//b'],
    ...['a/.../b', 'a/%2e%2E/b', 'a/.%2e/b', '%2e%2e', 'a%2fb', 'a%5Cb', 'a\\b', 'a?b', 'a#b', 'a b', 'a\nb', 'a%00b'],
    ...['a%0db', 'a%b', 'a%ff', 'ä', ''],
  ])('refuses %j', (path) => {
    expect(foreignPathFault(path)).toEqual(expect.any(String));
  });

  it('refuses all that leads out of the stream', () => {
    const pieces = ['.', '..', '/', '%2e', '%2F', '\\', '%5c', 'a', ':', '+', '?', '#', '%', '@', '//'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), (chosen) => {
        const [base, path] = ['http://mirror.example/daily/', chosen.join('')];
        if (foreignPathFault(path) === undefined) expect(new URL(base + path).href).toBe(base + path);
      }),
      { numRuns: 3000 },
    );
  });
});
