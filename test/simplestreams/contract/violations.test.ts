import { expect, it } from 'vitest';
import { checkIndex } from '../../../lib/simplestreams/contract/check-index';
import { checkProducts } from '../../../lib/simplestreams/contract/check-products';
import type { Violation } from '../../../lib/simplestreams/contract/contract-rules';
import { makeIndex } from '../../../lib/simplestreams/documents';
import type { Product, Products } from '../../../lib/simplestreams/types';
import { at, bootloaderDocument, imageDocument, singleFileDocument } from '../made-documents';
import {
  bootloaderMutations,
  imageMutations,
  indexMutations,
  type Mutation,
  singleFileMutations,
} from '../openpgp/mutations';

/** What is said of each fault that is made in a document, a line each. */
function said<Document>(
  make: () => Document,
  mutations: readonly Mutation[],
  check: (document: Document) => readonly Violation[],
): string[] {
  return mutations.map(([what, change]) => {
    const document = structuredClone(make());
    change(document);
    const lines = check(document).map(({ rule, where, message }) => `  ${rule}: ${where}: ${message}`);
    return `${[`# ${what}`, ...lines].join('\n')}\n`;
  });
}

it('every fault is told as we have read it: its rule, its place, the value seen, and what MAAS would do', async () => {
  const entries = [
    { document: imageDocument(), path: 'streams/v1/aa.sjson' },
    { document: bootloaderDocument(), path: 'streams/v1/bb.sjson' },
  ];
  const documents = new Map(entries.map(({ document }) => [document.content_id, document]));
  const texts = [
    ...said(imageDocument, imageMutations, (document) => checkProducts(document)),
    ...said(bootloaderDocument, bootloaderMutations, (document) => checkProducts(document, 'candidate')),
    ...said(singleFileDocument, singleFileMutations, (document) => checkProducts(document)),
    ...said(
      () => makeIndex(entries, at),
      indexMutations,
      (index) => checkIndex(index, { documents, signed: true }),
    ),
  ];

  await expect(texts.join('\n')).toMatchFileSnapshot('golden/violations.txt');
});

it.each<[string, () => Products, readonly (readonly [string, string])[]]>([
  [
    'an image',
    imageDocument,
    [...(['boot-kernel', 'boot-initrd', 'boot-dtb', 'manifest', 'squashfs', 'root-image.gz'] as const)].map(
      (name) => [name, name] as const,
    ),
  ],
  [
    'a bootloader',
    bootloaderDocument,
    ['grub2-signed', 'shim-signed', 'grub2', 'syslinux'].map((name) => [name, 'archive.tar.xz'] as const),
  ],
  ['single files', singleFileDocument, ['manifest', 'root-tgz'].map((name) => [name, name] as const)],
])('each item of %s has a type of its own', (_, make, types) => {
  for (const [name, wanted] of types) {
    const [id = ''] = Object.keys(make().products);
    const { versions, ...fields } = make().products[id] as Product;
    const [version] = Object.keys(versions).sort();
    const items = { ...versions[version ?? '']?.items };
    const [some] = Object.values(items);
    const documentWith = (ftype: string) => ({
      ...make(),
      products: {
        [id]: {
          ...fields,
          versions: { 1: { items: { ...items, [name]: { ...some, ftype, path: 'a/b', sha256: 'a'.repeat(64) } } } },
        },
      },
    });
    expect(checkProducts(documentWith(wanted))).toEqual([]);
    expect(checkProducts(documentWith('root-dd')).map(({ message }) => message)).toEqual([
      `ftype is root-dd, not ${wanted}: MAAS would use the file as something else`,
    ]);
  }
});
