import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { downloadOf } from '../../../lib/publication/offers/downloads';
import type { Product, Version } from '../../../lib/simplestreams/types';
import {
  bootloaderDocument,
  documentOf,
  imageContentId,
  imageDocument,
  imageFields,
  imageId,
  itemOf,
} from '../../simplestreams/made-documents';

const file = (ftype: string, content: string, size: number) => itemOf(ftype, content, { size });

/** A version of 1,000 bytes of root, and a kernel and an initrd; its manifest is never downloaded. */
function made(root: string, kernel: string): Version {
  return {
    items: {
      squashfs: file('squashfs', root, 1000),
      'boot-kernel': file('boot-kernel', `${kernel}k`, 10),
      'boot-initrd': file('boot-initrd', `${kernel}i`, 1),
      manifest: file('manifest', `${root}m`, 5_000_000),
      'boot-dtb': file('boot-dtb', `${root}d`, 7_000_000),
    },
  };
}
const ga: Product = { ...imageFields, versions: { '2': made('r2', 'g2'), '1': made('r1', 'g1') } };
const hwe: Product = {
  ...imageFields,
  subarch: 'hwe-24.04',
  versions: { '2': made('r2', 'h1'), '1': made('r1', 'h1') },
};
const arm: Product = { ...ga, arch: 'arm64', versions: { '1': made('arm', 'arm') } };
const documents = [documentOf(imageContentId, { ga, hwe, arm })];

describe('what one MAAS downloads', () => {
  it('of a release and architecture is the newest root once, and the kernels of all flavours', () => {
    expect(downloadOf(documents, { release: 'noble', architecture: 'amd64' })).toEqual({ all: 1022, fresh: 1011 });
  });

  it('of a product with one version is all of it', () => {
    expect(downloadOf(documents, { os: 'ubuntu', architecture: 'arm64' })).toEqual({ all: 1011, fresh: 1011 });
  });

  it('of everything has the bootloaders, too', () => {
    const { all } = downloadOf([imageDocument()]);
    expect(downloadOf([imageDocument(), bootloaderDocument()]).all).toBeGreaterThan(all);
    expect(downloadOf([imageDocument(), bootloaderDocument()], { release: 'noble' }).all).toBe(all);
  });

  it('of what nobody offers is nothing', () => {
    expect(downloadOf(documents, { release: 'jammy' })).toEqual({ all: 0, fresh: 0 });
    expect(downloadOf([])).toEqual({ all: 0, fresh: 0 });
  });

  it('is never more for one that has the version before, and nothing if that has the same content', () => {
    const word = fc.constantFrom('a', 'b', 'c');
    fc.assert(
      fc.property(word, word, word, word, (root, kernel, otherRoot, otherKernel) => {
        const versions = { '1': made(root, kernel), '2': made(otherRoot, otherKernel) };
        const { all, fresh } = downloadOf([documentOf(imageContentId, { [imageId]: { ...imageFields, versions } })]);
        expect(fresh).toBeLessThanOrEqual(all);
        expect(fresh === 0).toBe(root === otherRoot && kernel === otherKernel);
      }),
    );
  });
});
