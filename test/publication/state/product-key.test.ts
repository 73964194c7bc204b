import { describe, expect, it } from 'vitest';
import { contentDigest, maasName, productKey, tripleOf } from '../../../lib/publication/state/product-key';
import {
  bootloaderFields,
  bootloaderVersion,
  imageFields,
  imageVersion,
  itemOf,
  singleFileVersion,
} from '../../simplestreams/made-documents';

describe('what a product is called in every view', () => {
  it.each([
    [imageFields, 'ubuntu/noble/amd64/ga-24.04/generic', 'ga-24.04'],
    [{ ...imageFields, label: 'stable' }, 'ubuntu/noble/amd64/ga-24.04/generic', 'ga-24.04'],
    [
      { ...imageFields, subarch: 'hwe-24.04-edge', kflavor: 'lowlatency' },
      'ubuntu/noble/amd64/hwe-24.04-edge/lowlatency',
      'hwe-24.04-lowlatency-edge',
    ],
    [
      { ...imageFields, subarch: 'generic-lpae', kflavor: 'generic-lpae' },
      'ubuntu/noble/amd64/generic-lpae/generic-lpae',
      'generic-lpae',
    ],
    [bootloaderFields, 'pxelinux/pxe/i386', 'pxelinux'],
    [{ os: 'centos', arch: 'amd64' }, 'centos//amd64//', ''],
  ])('of %j is %s', (fields, key, name) => {
    expect(productKey({ ...fields, versions: {} })).toBe(key);
    expect(maasName({ ...fields, versions: {} })).toBe(name);
  });
});

describe('the content of a version', () => {
  const version = imageVersion('1');

  it('is the digests of its items, whatever their order, paths and the fields beside them are', () => {
    const items = Object.entries(version.items).reverse();
    const moved = Object.fromEntries(items.map(([key, item]) => [key, { ...item, path: `elsewhere/${key}` }]));
    expect(contentDigest({ items: moved, gate: 'waived' })).toBe(contentDigest(version));
    expect(contentDigest(version)).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is another where one item is', () => {
    const squashfs = itemOf('squashfs', 'other');
    expect(contentDigest({ items: { ...version.items, squashfs } })).not.toBe(contentDigest(version));
  });
});

it('what a machine boots is root, kernel and initrd', () => {
  const digest = (path: string) => itemOf('', path).sha256;
  expect(tripleOf(imageVersion('1'))).toEqual({
    root: digest('noble/amd64/1/squashfs'),
    kernel: digest('noble/amd64/1/ga-24.04/generic/boot-kernel'),
    initrd: digest('noble/amd64/1/ga-24.04/generic/boot-initrd'),
  });
  expect(tripleOf(singleFileVersion('1'))).toEqual({ root: digest('centos/9/1/root-tgz') });
  expect(tripleOf({ items: { 'root-image.gz': itemOf('', 'a') } })).toEqual({ root: digest('a') });
  expect(tripleOf(bootloaderVersion('1'))).toEqual({});
});
