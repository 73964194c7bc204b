import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kernelOf, kernelsOf } from '../../lib/catalog/kernels';
import {
  contentId,
  type ItemName,
  itemPath,
  parseProductId,
  productFields,
  productId,
  versionFolder,
} from '../../lib/catalog/products';
import { releaseOf, releases } from '../../lib/catalog/releases';

const kernels = releases.flatMap(({ name }) => kernelsOf(name));
const view = fc.stringMatching(/^[a-z0-9-]+$/);

test('the document of a view is named for family and view', () => {
  expect(contentId(releaseOf('noble'), 'candidate')).toBe('com.ubuntu.maas:candidate:v3:download');
  expect(contentId(releaseOf('bookworm'), 'cloud-init-next')).toBe('com.debian.maas:cloud-init-next:v3:download');
});

/** facts/maas-products.md section 2, as far as the releases are in the catalogue, and design section 5. */
test.each([
  ['noble', 'amd64', 'ga', 'com.ubuntu.maas.stable:v3:boot:24.04:amd64:ga-24.04'],
  ['noble', 'amd64', 'ga-lowlatency', 'com.ubuntu.maas.stable:v3:boot:24.04:amd64:ga-24.04-lowlatency'],
  ['noble', 'amd64', 'hwe', 'com.ubuntu.maas.stable:v3:boot:24.04:amd64:hwe-24.04'],
  ['noble', 'arm64', 'hwe-edge', 'com.ubuntu.maas.stable:v3:boot:24.04:arm64:hwe-24.04-edge'],
  ['noble', 'arm64', 'hwe-lowlatency-edge', 'com.ubuntu.maas.stable:v3:boot:24.04:arm64:hwe-24.04-lowlatency-edge'],
  ['jammy', 'armhf', 'generic-lpae', 'com.ubuntu.maas.stable:v3:boot:22.04:armhf:generic-lpae-generic-lpae'],
  ['jammy', 'arm64', 'xgene-uboot', 'com.ubuntu.maas.stable:v3:boot:22.04:arm64:xgene-uboot'],
  ['bookworm', 'amd64', 'generic', 'com.debian.maas.stable:v3:boot:12:amd64:generic'],
  ['bookworm', 'amd64', 'cloud', 'com.debian.maas.stable:v3:boot:12:amd64:generic-cloud'],
  ['bookworm', 'arm64', 'rt', 'com.debian.maas.stable:v3:boot:12:arm64:generic-rt'],
])('%s %s %s is the product %s', (release, architecture, name, id) => {
  expect(productId(kernelOf(release, architecture, name), 'stable')).toBe(id);
});

test('a flavour of an edge kernel has the fields and paths of the worked example', () => {
  const kernel = kernelOf('noble', 'amd64', 'hwe-lowlatency-edge');
  expect(productId(kernel, 'candidate')).toBe(
    'com.ubuntu.maas.candidate:v3:boot:24.04:amd64:hwe-24.04-lowlatency-edge',
  );
  expect(productFields(kernel, 'candidate')).toEqual({
    arch: 'amd64',
    kflavor: 'lowlatency',
    krel: 'noble',
    label: 'candidate',
    os: 'ubuntu',
    release: 'noble',
    release_codename: 'Noble Numbat',
    release_title: '24.04 LTS',
    subarch: 'hwe-24.04-edge',
    subarches:
      'generic,hwe-p,hwe-q,hwe-r,hwe-s,hwe-t,hwe-u,hwe-v,hwe-w,ga-16.04,ga-16.10,ga-17.04,ga-17.10,ga-18.04,hwe-18.10,hwe-19.04,hwe-19.10,hwe-20.04,hwe-22.04,hwe-24.04',
    support_eol: '2029-05-31',
    support_esm_eol: '2034-04-25',
    version: '24.04',
  });
  expect(kernel.package).toBe('linux-lowlatency-hwe-24.04-edge');
  expect(pathsOf('noble', 'amd64', 'hwe-lowlatency-edge', '20261012.1')).toEqual({
    squashfs: 'noble/amd64/20261012.1/squashfs',
    manifest: 'noble/amd64/20261012.1/squashfs.manifest',
    'boot-kernel': 'noble/amd64/20261012.1/hwe-24.04-edge/lowlatency/boot-kernel',
    'boot-initrd': 'noble/amd64/20261012.1/hwe-24.04-edge/lowlatency/boot-initrd',
  });
});

test('a special product with suffix and device tree has the fields and paths of the worked example', () => {
  const kernel = kernelOf('jammy', 'arm64', 'xgene-uboot-mustang');
  expect(productId(kernel, 'candidate')).toBe('com.ubuntu.maas.candidate:v3:boot:22.04:arm64:xgene-uboot-mustang');
  expect(productFields(kernel, 'candidate')).toEqual({
    arch: 'arm64',
    kflavor: 'generic',
    krel: 'jammy',
    label: 'candidate',
    os: 'ubuntu',
    release: 'jammy',
    release_codename: 'Jammy Jellyfish',
    release_title: '22.04 LTS',
    subarch: 'xgene-uboot-mustang',
    subarches: 'xgene-uboot-mustang',
    support_eol: '2027-06-01',
    support_esm_eol: '2032-04-21',
    version: '22.04',
  });
  expect(kernel.package).toBe('linux-generic');
  expect(pathsOf('jammy', 'arm64', 'xgene-uboot-mustang', '20261012', ['boot-dtb'])).toEqual({
    squashfs: 'jammy/arm64/20261012/squashfs',
    manifest: 'jammy/arm64/20261012/squashfs.manifest',
    'boot-kernel': 'jammy/arm64/20261012/xgene-uboot-mustang/generic/boot-kernel.xgene-mustang',
    'boot-initrd': 'jammy/arm64/20261012/xgene-uboot-mustang/generic/boot-initrd.xgene-mustang',
    'boot-dtb': 'jammy/arm64/20261012/xgene-uboot-mustang/generic/boot-dtb.xgene-mustang',
  });
});

test('a Debian product says what it is in the words of its own family', () => {
  expect(productFields(kernelOf('bookworm', 'amd64', 'cloud'), 'stable')).toEqual({
    arch: 'amd64',
    kflavor: 'generic',
    krel: 'bookworm',
    label: 'stable',
    os: 'debian',
    release: 'bookworm',
    release_codename: 'bookworm',
    release_title: '12',
    subarch: 'generic-cloud',
    subarches: 'generic-cloud',
    support_eol: '2026-07-11',
    support_esm_eol: '2028-06-30',
    version: '12',
  });
  expect(itemPath(kernelOf('bookworm', 'amd64', 'cloud'), '20261120', 'boot-kernel')).toBe(
    'bookworm/amd64/20261120/generic-cloud/generic/boot-kernel',
  );
});

test('items of one version lie in its folder', () => {
  expect(versionFolder('noble', 'amd64', '20261120.1')).toBe('noble/amd64/20261120.1');
});

test('no two kernels share a product, nor two of one release and architecture a flavour name', () => {
  expect(new Set(kernels.map((kernel) => productId(kernel, 'stable'))).size).toBe(kernels.length);
  expect(new Set(kernels.map((one) => `${one.release} ${one.architecture} ${one.name}`)).size).toBe(kernels.length);
});

test('no two kernels share a path, but for root and manifest', () => {
  const paths = (item: ItemName) => kernels.map((kernel) => itemPath(kernel, '20261120', item));
  expect(new Set(paths('boot-kernel')).size).toBe(kernels.length);
  expect(new Set([...paths('boot-kernel'), ...paths('boot-initrd')]).size).toBe(2 * kernels.length);
});

test('every product id leads back to its kernel and view', () => {
  for (const kernel of kernels) {
    fc.assert(
      fc.property(view, (name) => {
        const parsed = parseProductId(productId(kernel, name));
        expect(parsed).toMatchObject({ view: name, architecture: kernel.architecture });
        expect(parsed?.kernel).toBe(kernel);
      }),
      { numRuns: 5 },
    );
  }
});

test('an id of a kernel that is not in the catalogue is read as far as it goes', () => {
  expect(parseProductId('com.ubuntu.maas.stable:v3:boot:14.04:amd64:hwe-t')).toEqual({
    family: 'ubuntu',
    view: 'stable',
    version: '14.04',
    architecture: 'amd64',
    kernelPart: 'hwe-t',
  });
  expect(parseProductId('com.debian.maas.stable:v3:boot:24.04:amd64:ga-24.04')?.kernel).toBeUndefined();
});

test.each([
  'com.ubuntu.maas:v3:boot:24.04:amd64:ga-24.04',
  'com.ubuntu.maas.stable:1:grub-efi-signed:uefi:amd64',
  'com.fedora.maas.stable:v3:boot:24.04:amd64:ga-24.04',
  'com.ubuntu.maas.Stable:v3:boot:24.04:amd64:ga-24.04',
  'x com.ubuntu.maas.stable:v3:boot:24.04:amd64:ga-24.04',
  'com.ubuntu.maas.stable:v3:boot:24.04:amd64:ga-24.04:more',
  '',
])('%j is no product of a view', (id) => {
  expect(parseProductId(id)).toBeUndefined();
});

function pathsOf(release: string, architecture: string, name: string, version: string, more: ItemName[] = []) {
  const items: ItemName[] = ['squashfs', 'manifest', 'boot-kernel', 'boot-initrd', ...more];
  const kernel = kernelOf(release, architecture, name);
  return Object.fromEntries(items.map((item) => [item, itemPath(kernel, version, item)]));
}
