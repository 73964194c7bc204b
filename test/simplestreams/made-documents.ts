import { createHash } from 'node:crypto';
import type { Addition } from '../../lib/simplestreams/merge';
import type { Item, Product, Products, Version } from '../../lib/simplestreams/types';

export const at = new Date('2026-10-12T04:11:09.500Z');
export const updated = 'Mon, 12 Oct 2026 04:11:09 +0000';

export const imageId = 'com.ubuntu.maas.candidate:v3:boot:24.04:amd64:ga-24.04';
export const imageContentId = 'com.ubuntu.maas:candidate:v3:download';
export const bootloaderId = 'com.ubuntu.maas.candidate:1:pxelinux:pxe:i386';

export const imageFields = {
  arch: 'amd64',
  kflavor: 'generic',
  krel: 'noble',
  label: 'candidate',
  os: 'ubuntu',
  release: 'noble',
  release_codename: 'Noble Numbat',
  release_title: '24.04 LTS',
  subarch: 'ga-24.04',
  subarches: 'generic,hwe-p,ga-24.04',
  support_eol: '2029-05-31',
  version: '24.04',
};

export const bootloaderFields = {
  arch: 'i386',
  arches: 'i386,amd64',
  'bootloader-type': 'pxe',
  label: 'candidate',
  os: 'pxelinux',
};

/** An item whose digest stands for its path, so that no two paths have one content. */
export function itemOf(ftype: string, path: string, more: Partial<Item> = {}): Item {
  return { ftype, path, sha256: createHash('sha256').update(path).digest('hex'), size: 1 + path.length, ...more };
}

export function imageVersion(name: string, subarch = 'ga-24.04', flavour = 'generic'): Version {
  const folder = `noble/amd64/${name}`;
  const kpackage = `linux-${flavour}`;
  return {
    kernel_version: '6.8.0-48.48',
    items: {
      'boot-kernel': itemOf('boot-kernel', `${folder}/${subarch}/${flavour}/boot-kernel`, { kpackage }),
      'boot-initrd': itemOf('boot-initrd', `${folder}/${subarch}/${flavour}/boot-initrd`, { kpackage }),
      manifest: itemOf('manifest', `${folder}/squashfs.manifest`),
      squashfs: itemOf('squashfs', `${folder}/squashfs`),
    },
  };
}

export function bootloaderVersion(name: string): Version {
  const source = { src_package: 'syslinux', src_release: 'noble', src_version: '3:6.04~git20190206.bf6db5b4+dfsg1-3' };
  return { items: { syslinux: itemOf('archive.tar.xz', `bootloaders/pxe/i386/${name}/syslinux.tar.xz`, source) } };
}

export function singleFileVersion(name: string): Version {
  const folder = `centos/9/${name}`;
  return {
    items: {
      manifest: itemOf('manifest', `${folder}/root-tgz.manifest`),
      'root-tgz': itemOf('root-tgz', `${folder}/root-tgz`),
    },
  };
}

export function documentOf(content_id: string, products: Record<string, Product>): Products {
  return { content_id, datatype: 'image-downloads', format: 'products:1.0', updated, products };
}

/** One Ubuntu image in two versions. */
export function imageDocument(): Products {
  const versions = { '20261011': imageVersion('20261011'), '20261012.1': imageVersion('20261012.1') };
  return documentOf(imageContentId, { [imageId]: { ...imageFields, versions } });
}

export function bootloaderDocument(): Products {
  const versions = { '20261011.0': bootloaderVersion('20261011.0') };
  return documentOf('com.ubuntu.maas:candidate:1:bootloader-download', {
    [bootloaderId]: { ...bootloaderFields, versions },
  });
}

export function singleFileDocument(): Products {
  const { kflavor, krel, release_codename, support_eol, ...fields } = imageFields;
  const versions = { '20261011_01': singleFileVersion('20261011_01') };
  return documentOf('com.ubuntu.maas:candidate:centos-bases-download', {
    'com.ubuntu.maas.candidate:centos-bases:9:amd64': { ...fields, os: 'centos', versions },
  });
}

export function additionOf(versionName: string, more: Partial<Addition> = {}): Addition {
  return { productId: imageId, fields: imageFields, versionName, version: imageVersion(versionName), ...more };
}
