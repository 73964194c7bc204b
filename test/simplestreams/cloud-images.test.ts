import { describe, expect, it } from 'vitest';
import {
  type CloudImage,
  chooseImage,
  cloudImagesOf,
  documentPathFault,
  entriesFor,
  newestFirst,
} from '../../lib/simplestreams/cloud-images';
import { readForeignDocument } from '../../lib/simplestreams/foreign-documents';

const sha256 = 'a'.repeat(64);
const noble = { version: '24.04', architecture: 'amd64' };
const id = 'com.ubuntu.cloud.daily:server:24.04:amd64';
const squashfs = { ftype: 'squashfs', path: 'server/noble/20261120/noble.squashfs', sha256, size: 3 };

const versionOf = (items: Record<string, unknown> = { squashfs }) => ({ items, label: 'daily', pubname: 'x' });
const textOf = (products: Record<string, unknown>) =>
  JSON.stringify({ format: 'products:1.0', products, extra: [true] });
/** The serials in a document with these versions of noble amd64. */
const imagesOf = (versions: Record<string, unknown>, fields: Record<string, unknown> = {}) =>
  cloudImagesOf(textOf({ [id]: { arch: 'amd64', supported: true, versions, ...fields } }), noble, 'the document');

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
    const text = textOf({
      [`${id}v3`]: product('amd64v3'),
      'com.ubuntu.cloud:server:24.04:arm64': product('arm64'),
      'com.ubuntu.cloud:server:24.10:amd64': product('amd64'),
      'com.ubuntu.cloud:minimal:24.04:amd64': product('amd64'),
      'com.ubuntu.cloud:server:24.04:amd64': product('amd64v3'),
    });

    expect(cloudImagesOf(text, noble, 'it')).toEqual([]);
    expect(cloudImagesOf(text, { ...noble, architecture: 'amd64v3' }, 'it').map(({ product }) => product)).toEqual([
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
    expect(cloudImagesOf(textOf({ [`${whose}:server:24.04:amd64`]: product }), noble, 'it')).toHaveLength(1);
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
    ['an absolute path', { path: '/etc/passwd' }, 'path is "/etc/passwd", which is absolute'],
    ['a path that leaves the stream', { path: 'a/../../b' }, 'path is "a/../../b", which holds the segment ".."'],
    ['another server', { path: 'http://a/b' }, 'path is "http://a/b", which holds a colon or a scheme'],
    ['a path that is none', { path: 7 }, 'path is 7'],
    ['half a sha256', { sha256: 'aa' }, 'sha256 is "aa"'],
    ['a size that is none', { size: 'big' }, 'size is "big"'],
    ['a size below nothing', { size: -1 }, 'size is -1'],
    ['no size', { size: undefined }, 'size is nothing'],
  ])('refuses %s, and names the item', (_, change, message) => {
    const look = () => imagesOf({ '20261120': versionOf({ squashfs: { ...squashfs, ...change } }) });
    expect(look).toThrow(
      expect.objectContaining({
        name: 'BadFormat',
        message: expect.stringContaining(`the document, ${id} 20261120 squashfs: ${message}`),
      }),
    );
  });

  it.each([
    ['text that is no JSON', '<html>'],
    ['another format', '{"format": "products:2.0", "products": {}}'],
    ['no object', '[]'],
    ['products that are none', '{"format": "products:1.0", "products": 7}'],
  ])('refuses %s', (_, text) => {
    expect(() => cloudImagesOf(text, noble, 'http://a/b')).toThrow(
      expect.objectContaining({
        name: 'BadFormat',
        message: expect.stringContaining('http://a/b is no simplestreams'),
      }),
    );
  });

  it('refuses an index in place of products', () => {
    expect(() => cloudImagesOf('{"format": "index:1.0", "index": {}}', noble, 'it')).toThrow(
      expect.objectContaining({ name: 'BadFormat', message: 'it is an index, not a products document' }),
    );
  });
});

describe('entriesFor', () => {
  const entry = (path: string, products: unknown[], datatype: unknown = 'image-downloads') => ({
    path,
    products,
    datatype,
    updated: 'some day',
    clouds: [{ region: 1 }],
  });
  const pathsFor = (index: Record<string, unknown>) => {
    const document = readForeignDocument(JSON.stringify({ format: 'index:1.0', index }), 'the index');
    return document.kind === 'index' ? entriesFor(document.entries, noble).map(({ path }) => path) : [];
  };

  it('takes Canonical’s own, and every other that lists the image', () => {
    expect(
      pathsFor({
        'com.ubuntu.cloud:released:download': entry('released', []),
        'com.ubuntu.cloud:daily:download': entry('daily', [], undefined),
        'com.ubuntu.cloud:released:aws': entry('aws', [id], 'image-ids'),
        'com.example:files': entry('files', [id], 'file-downloads'),
        'com.example:odd': entry('odd', [id], 7),
        'com.example:null': entry('null', [id], null),
        'com.example:download': entry('ours', [7, id]),
        'com.example:other': entry('other', [`${id}v3`, 'ubuntu:noble:amd64:default']),
        strange: 7,
      }),
    ).toEqual(['released', 'daily', 'ours']);
  });

  it('refuses an entry without a path', () => {
    expect(() => pathsFor({ 'com.example:download': entry('', [id]) })).toThrow(
      expect.objectContaining({ name: 'BadFormat', message: expect.stringContaining('has the path ""') }),
    );
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
        message: `the stream has no image 20200101 of noble amd64; there are ${ten} and 3 older ones`,
      }),
    );
  });

  it('refuses where there is none: not ready', () => {
    expect(() => chooseImage([], { what })).toThrow(
      expect.objectContaining({ name: 'NotReady', message: 'the stream has no image of noble amd64' }),
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

describe('documentPathFault', () => {
  it('allows the colons of content ids', () => {
    expect(documentPathFault('streams/v1/com.ubuntu.cloud:released:download.sjson')).toBeUndefined();
  });

  it.each([
    '/streams/v1/a.sjson',
    'http://a/b.sjson',
    '../a.sjson',
    'a/..:/b',
    'a?b',
    'a%2f',
    '',
  ])('refuses %j', (path) => {
    expect(documentPathFault(path)).toEqual(expect.any(String));
  });
});
