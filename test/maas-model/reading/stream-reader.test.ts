import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyClearsigned } from '../../../lib/machine/gpgv';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { MemoryStore } from '../../publication/made/memory-store';
import { freshStream } from '../made/fresh-stream';
import { type Flavour, type Published, publishImages } from '../made/made-images';
import type { Json } from '../made/made-stream';
import { fetchFrom } from './store-fetch';
import { kernelName } from './stream';
import { StreamReader } from './stream-reader';

const url = 'http://mirror/stable';
const index = `${url}/streams/v1/index.sjson`;
const document = `${url}/streams/v1/com.ubuntu.maas:stable:v3:download.sjson`;

const stream = freshStream();

const read = (reader = stream().reader()) => reader.manifest(url, 'strict', new Set());

const publish = (flavour: Partial<Flavour> = {}, more: Partial<Published> = {}) =>
  publishImages(stream(), { flavours: { 'ga-24.04': { versions: { 1: 'a' }, ...flavour } }, ...more });

describe('the reader of MAAS 3.7 and later', () => {
  it('reads documents in the order of the index, with the files that are downloaded', async () => {
    await publish({}, { loaders: { 1: 'one' } });

    const [loaders, images] = await read();

    expect(loaders?.products).toMatchObject([{ name: 'pxelinux/pxe', arch: 'i386', firmware: 'pxe' }]);
    expect(images?.products).toMatchObject([{ name: 'ubuntu/noble', arch: 'amd64', subarch: 'ga-24.04' }]);
    const files = images?.products[0]?.versions.get('1')?.map(({ ftype }) => ftype);
    expect(files).toEqual(['boot-initrd', 'boot-kernel', 'squashfs']);
    expect(images?.updated).toEqual(new Date('2026-11-20T08:01:00Z'));
  });

  it('takes what gpgv takes', async () => {
    await publish();
    const [folder, bytes] = [temporaryFolder(), stream().objects.get(index) ?? Buffer.of()];
    const [file, keyring] = [join(folder, 'index.sjson'), join(folder, 'keyring.gpg')];
    writeFileSync(file, bytes);
    writeFileSync(keyring, stream().signer.keyring);

    const text = (await verifyClearsigned(file, keyring)).toString();

    expect(JSON.parse(text)).toMatchObject({ format: 'index:1.0' });
    await expect(read()).resolves.toHaveLength(1);
  });

  it.each([
    ['a changed text', index, (bytes: Buffer) => Buffer.from(bytes.toString().replace('index:1.0', 'index:1.1'))],
    [
      'a document that was changed',
      document,
      (bytes: Buffer) => Buffer.from(bytes.toString().replace('noble', 'mable')),
    ],
    ['a text without a signature', index, () => Buffer.from('{}')],
    ['a cut file', document, (bytes: Buffer) => bytes.subarray(0, -100)],
  ])('refuses %s', async (_name, key, change) => {
    await publish();
    stream().objects.set(key, change(stream().objects.get(key) ?? Buffer.of()));

    await expect(read()).rejects.toThrow(`${key}: bad signature`);
  });

  it('refuses an armoured keyring', async () => {
    await publish();
    const reader = new StreamReader({ fetch: stream().fetch, keyring: Buffer.from(stream().signer.armouredKeyring) });

    await expect(read(reader)).rejects.toThrow('bad signature');
  });

  const image = (fields: Json): Partial<Flavour> => ({ fields });
  it.each<[string, Partial<Flavour>, Partial<Published>?]>([
    ['a product without versions', { versions: {} }],
    ['a product without a label', image({ label: undefined })],
    ['a version of the release that is a number', image({ version: 24.04 })],
    ['an end of life that is empty', image({ support_eol: '' })],
    ['a key of Python’s', image({ product_name: 'x' })],
    ['an item without a digest', { items: { sha256: undefined } }],
    ['a size in words', { items: { size: 'large' } }],
    ['a document without products', {}, { imageDocument: { products: {} } }],
    ['a date of GMT', {}, { imageDocument: { fields: { updated: 'Fri, 20 Nov 2026 08:01:00 GMT' } } }],
    ['a document of another type', {}, { imageDocument: { fields: { datatype: 'content-download' } } }],
    ['images and bootloaders in one document', {}, { imageDocument: { fields: { products: mixed() } } }],
  ])('refuses %s', async (_name, flavour, more) => {
    await publish(flavour, more);

    await expect(read()).rejects.toThrow(`${document}: of no known kind`);
  });

  it('reads a document that fits two kinds as the last: an image with root-tgz has one file', async () => {
    await publish({ files: { 'root-tgz': 'root' } });

    const [images] = await read();

    expect(images?.products[0]?.versions.get('1')?.map(({ ftype }) => ftype)).toEqual(['root-tgz']);
  });

  it('refuses an empty index', async () => {
    await stream().publish('stable', {});

    await expect(read()).rejects.toThrow(`${index}: invalid index`);
  });
});

describe('fetchFrom', () => {
  it('reads a store as a web server does: the streams of a view, and of its files those of the pool', async () => {
    const [document, kernel] = [Buffer.from('index'), Buffer.from('kernel')];
    const objects = { 'stable/streams/v1/index.sjson': document, 'pool/noble/amd64/1/boot-kernel': kernel };
    const fetch = fetchFrom(new MemoryStore(new Map(Object.entries(objects))), 'http://mirror');

    expect(await fetch('http://mirror/stable/streams/v1/index.sjson')).toEqual(document);
    expect(await fetch('http://mirror/lab/noble/amd64/1/boot-kernel')).toEqual(kernel);
    expect(await fetch('http://mirror/stable/streams/v1/index.json')).toBeUndefined();
    expect(await fetch('http://other/stable/streams/v1/index.sjson')).toBeUndefined();
  });
});

describe('kernelName', () => {
  it.each([
    ['ga-24.04', 'generic', 'ga-24.04'],
    ['ga-24.04', 'lowlatency', 'ga-24.04-lowlatency'],
    ['hwe-24.04-edge', 'lowlatency', 'hwe-24.04-lowlatency-edge'],
    ['ga-24.04-lowlatency', 'lowlatency', 'ga-24.04-lowlatency-lowlatency'],
    ['ga-24.04', 'None', 'ga-24.04-None'],
    ['generic-lpae', 'generic-lpae', 'generic-lpae'],
    ['generic', 'cloud', 'generic'],
  ])('is for %s and %s: %s', (subarch, flavour, name) => {
    expect(kernelName(subarch, flavour)).toBe(name);
  });
});

function mixed(): Json {
  const item = { ftype: 'archive.tar.xz', path: 'a', sha256: 'a', size: 1 };
  const versions = { 1: { items: { syslinux: { ...item, src_package: 'a', src_release: 'a', src_version: 'a' } } } };
  const loader = { arch: 'i386', arches: 'i386', 'bootloader-type': 'pxe', label: 'stable', os: 'pxelinux', versions };
  return { loader, image: { arch: 'amd64', label: 'stable', os: 'ubuntu', versions } };
}
