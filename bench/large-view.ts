import { createHash } from 'node:crypto';
import { kernelOf } from '../lib/catalog/kernels';
import { contentId, productFields, productId } from '../lib/catalog/products';
import { releaseOf } from '../lib/catalog/releases';
import type { Item, Product, Products, Version } from '../lib/simplestreams/types';

/**
 * A document of as many products, all of noble and one root, of ten versions each, as Publish writes them. Nothing lies behind
 * its items. They are of arm64: what a benchmark publishes to amd64 has another root.
 */
export function largeDocument(view: string, count: number): Products {
  const kernel = kernelOf('noble', 'arm64', 'ga');
  const ids = Array.from({ length: count }, (_, at) => String(at).padStart(4, '0'));
  return {
    content_id: contentId(releaseOf('noble'), view),
    datatype: 'image-downloads',
    format: 'products:1.0',
    updated: 'Tue, 10 Nov 2026 04:11:09 +0000',
    products: Object.fromEntries(
      ids.map((id) => [
        `${productId(kernel, view)}-${id}`,
        { ...productFields(kernel, view), kflavor: id, ...versionsOf(id) },
      ]),
    ),
  };
}

function versionsOf(id: string): Pick<Product, 'versions'> {
  const names = Array.from({ length: 10 }, (_, at) => `202611${String(at + 1).padStart(2, '0')}`);
  return { versions: Object.fromEntries(names.map((name) => [name, versionOf(id, name)])) };
}

function versionOf(id: string, name: string): Version {
  const folder = `noble/arm64/${name}`;
  const boot = `${folder}/ga-24.04-${id}/generic`;
  const item = (ftype: string, path: string, size: number): Item => {
    return { ftype, path, sha256: digestOf(path), size };
  };
  const kpackage = 'linux-image-generic';
  return {
    items: {
      'boot-initrd': { ...item('boot-initrd', `${boot}/boot-initrd`, 68_157_440), kpackage },
      'boot-kernel': { ...item('boot-kernel', `${boot}/boot-kernel`, 14_680_064), kpackage },
      manifest: item('manifest', `${folder}/squashfs.manifest`, 17_408),
      squashfs: item('squashfs', `${folder}/squashfs`, 262_144_000),
    },
    ...{ base_sha256: digestOf(folder), gate: 'passed', kernel_version: '6.8.0-49.49', serial: name },
    ...{ packages: digestOf(boot), recipe: digestOf('recipe') },
    provenance: `${boot}/provenance.json`,
    ...{ provenance_sha256: digestOf(`${boot}/provenance`), provenance_size: '2048' },
  };
}

const digestOf = (name: string) => createHash('sha256').update(name).digest('hex');
