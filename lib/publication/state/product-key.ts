import { sha256Of } from '../../sha256';
import { maasKernelName } from '../../simplestreams/contract/maas-kernel-name';
import type { Product, Version } from '../../simplestreams/types';
import { byBytes } from '../../simplestreams/version-order';

/**
 * `ubuntu/noble/amd64/ga-24.04/generic`, `pxelinux/pxe/i386`: the same in every view. It is made of the product's fields, so
 * that products of others have one too.
 */
export function productKey({ os, release, arch, subarch, kflavor, 'bootloader-type': firmware }: Product): string {
  const parts = firmware === undefined ? [os, release, arch, subarch, kflavor] : [os, firmware, arch];
  return parts.map((part) => part ?? '').join('/');
}

/** The fields of a product that its key names: of one that no view has any more. */
export function fieldsOfKey(key: string): Product {
  const [os = '', ...parts] = key.split('/');
  const [release, arch, subarch, kflavor] = parts;
  const [firmware, architecture] = parts;
  if (parts.length === 2) {
    return {
      os,
      versions: {},
      ...(firmware && { 'bootloader-type': firmware }),
      ...(architecture && { arch: architecture }),
    };
  }
  const fields = Object.entries({ release, arch, subarch, kflavor }).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  return { os, versions: {}, ...(Object.fromEntries(fields) as Record<string, string>) };
}

/** What MAAS calls the kernel: `ga-24.04`, `hwe-24.04-lowlatency-edge`; a bootloader's `os`, `pxelinux`. */
export function maasName(product: Product): string {
  return product['bootloader-type'] === undefined ? maasKernelName(product) : (product.os ?? '');
}

/**
 * Names what MAAS downloads of a version: 32 hex digits. Paths, fields and the label do not count, since one content may
 * have several paths and many names.
 */
export function contentDigest({ items }: Version): string {
  const known = digests.get(items);
  if (known !== undefined) return known;
  const digest = digestOf(items);
  digests.set(items, digest);
  return digest;
}

/** A change of a large view asks for each of them many times. */
const digests = new WeakMap<Version['items'], string>();

function digestOf(items: Version['items']): string {
  const lines = Object.entries(items).map(([key, { sha256 }]) => `${key} ${sha256}\n`);
  return sha256Of(lines.sort(byBytes).join('')).slice(0, 32);
}

/** The digests of what a machine boots. */
export function tripleOf({ items }: Version): { root?: string; kernel?: string; initrd?: string } {
  const root = (items.squashfs ?? items['root-image.gz'] ?? items['root-tgz'])?.sha256;
  const [kernel, initrd] = [items['boot-kernel']?.sha256, items['boot-initrd']?.sha256];
  return { ...(root && { root }), ...(kernel && { kernel }), ...(initrd && { initrd }) };
}
