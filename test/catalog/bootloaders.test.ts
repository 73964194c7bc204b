import { expect, test } from 'vitest';
import {
  bootloaderContentId,
  bootloaderFields,
  bootloaderItemPath,
  bootloaderProductId,
  bootloaders,
} from '../../lib/catalog/bootloaders';

const byId = new Map(bootloaders.map((loader) => [bootloaderProductId(loader, 'candidate'), loader]));

test('the document of the bootloaders is named for its view', () => {
  expect(bootloaderContentId('stable')).toBe('com.ubuntu.maas:stable:1:bootloader-download');
});

test('every loader that MAAS takes has a product, and no other, which MAAS would pass over', () => {
  expect([...byId.keys()]).toEqual([
    'com.ubuntu.maas.candidate:1:pxelinux:pxe:i386',
    'com.ubuntu.maas.candidate:1:grub-efi-signed:uefi:amd64',
    'com.ubuntu.maas.candidate:1:grub-efi:uefi:arm64',
    'com.ubuntu.maas.candidate:1:grub-ieee1275:open-firmware:ppc64el',
  ]);
});

test.each([
  ['pxelinux:pxe:i386', { arch: 'i386', arches: 'i386, amd64', 'bootloader-type': 'pxe', os: 'pxelinux' }],
  ['grub-efi-signed:uefi:amd64', { arch: 'amd64', arches: 'amd64', 'bootloader-type': 'uefi', os: 'grub-efi-signed' }],
  ['grub-efi:uefi:arm64', { arch: 'arm64', arches: 'arm64', 'bootloader-type': 'uefi', os: 'grub-efi' }],
  [
    'grub-ieee1275:open-firmware:ppc64el',
    { arch: 'ppc64el', arches: 'ppc64el,ppc64', 'bootloader-type': 'open-firmware', os: 'grub-ieee1275' },
  ],
])('%s has the fields of its row', (part, fields) => {
  expect(bootloaderFields(loaderOf(part), 'candidate')).toEqual({ ...fields, label: 'candidate' });
});

test('items lie in a folder of their own version, one archive for each source package', () => {
  expect(pathsOf('grub-efi-signed:uefi:amd64')).toEqual([
    'bootloaders/uefi/amd64/20261011.0/shim-signed.tar.xz',
    'bootloaders/uefi/amd64/20261011.0/grub2-signed.tar.xz',
  ]);
  expect(pathsOf('pxelinux:pxe:i386')).toEqual(['bootloaders/pxe/i386/20261011.0/syslinux.tar.xz']);
  expect(pathsOf('grub-ieee1275:open-firmware:ppc64el')).toEqual([
    'bootloaders/open-firmware/ppc64el/20261011.0/grub2.tar.xz',
  ]);
});

test.each([
  ['grub-efi-signed:uefi:amd64', ['bootx64.efi', 'grubx64.efi', 'mmx64.efi']],
  ['grub-efi:uefi:arm64', ['bootaa64.efi', 'grubaa64.efi', 'mmaa64.efi']],
  ['pxelinux:pxe:i386', ['*.c32', 'lpxelinux.0', 'pxelinux.0']],
  ['grub-ieee1275:open-firmware:ppc64el', ['bootppc64.bin']],
])('%s holds the files that MAAS serves by fixed names', (part, names) => {
  const { items, image } = loaderOf(part);
  const files = Object.values(items).flat();
  const copied = files.map(({ from, to }) => to ?? from.slice(from.lastIndexOf('/') + 1));
  expect([...copied, ...(image ? [image.output] : [])].sort()).toEqual(names);
});

test('pxelinux of i386 comes from packages for all architectures, found in the index of amd64', () => {
  expect(loaderOf('pxelinux:pxe:i386')).toMatchObject({
    release: 'noble',
    packagesOf: 'amd64',
    packages: ['pxelinux', 'syslinux-common'],
    items: {
      syslinux: [
        { from: 'usr/lib/PXELINUX/pxelinux.0' },
        { from: 'usr/lib/PXELINUX/lpxelinux.0' },
        { from: 'usr/lib/syslinux/modules/bios/*.c32' },
      ],
    },
  });
});

test.each([
  ['grub-efi-signed:uefi:amd64', 'amd64', 'x64', 'x86_64-efi-signed'],
  ['grub-efi:uefi:arm64', 'arm64', 'aa64', 'arm64-efi-signed'],
])('%s comes from the signed packages of %s', (part, architecture, ending, grubFolder) => {
  expect(loaderOf(part)).toMatchObject({
    release: 'noble',
    packagesOf: architecture,
    packages: ['shim-signed', `grub-efi-${architecture}-signed`],
    items: {
      'shim-signed': [
        { from: `usr/lib/shim/shim${ending}.efi.signed.latest`, to: `boot${ending}.efi` },
        { from: `usr/lib/shim/mm${ending}.efi` },
      ],
      'grub2-signed': [{ from: `usr/lib/grub/${grubFolder}/grubnet${ending}.efi.signed`, to: `grub${ending}.efi` }],
    },
  });
});

test('the loader of ppc64el is made from xenial', () => {
  expect(loaderOf('grub-ieee1275:open-firmware:ppc64el')).toMatchObject({
    release: 'xenial',
    packages: ['grub-ieee1275-bin'],
    image: { format: 'powerpc-ieee1275', modules: 'usr/lib/grub/powerpc-ieee1275', config: 'ppc64el.cfg' },
  });
});

function loaderOf(part: string) {
  const loader = byId.get(`com.ubuntu.maas.candidate:1:${part}`);
  if (!loader) throw new Error(`no bootloader ${part}`);
  return loader;
}

function pathsOf(part: string): string[] {
  const loader = loaderOf(part);
  return Object.keys(loader.items).map((item) => bootloaderItemPath(loader, '20261011.0', item));
}
