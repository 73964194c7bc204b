import { expect, it } from 'vitest';
import { promisedItems } from '../../../lib/operations/verify/promised-items';
import { documentOf, imageContentId, imageFields, imageId, itemOf } from '../../simplestreams/made-documents';

/** What a document of one product promises, by the name and the items of its versions. */
const promised = (...versions: readonly (readonly [string, ...ReturnType<typeof itemOf>[]])[]) =>
  promisedItems([
    documentOf(imageContentId, {
      [imageId]: {
        ...imageFields,
        versions: Object.fromEntries(
          versions.map(([name, ...items]) => [
            name,
            { items: Object.fromEntries(items.map((item) => [item.path, item])) },
          ]),
        ),
      },
    }),
  ]);

it.each([
  ['noble/amd64/20261120/squashfs', 'noble/amd64/20261120'],
  ['noble/amd64/20261120/ga/generic/boot-kernel', 'noble/amd64/20261120'],
  ['noble/amd64/20261119/squashfs', 'noble/amd64/20261119'], // of another version
  ['20261120/squashfs', '20261120'], // not below anything
  ['20261120/a/squashfs', '20261120/a'],
  ['noble/amd64/20261120', 'noble/amd64'], // a file of this name
  ['squashfs', ''],
])('the file %s belongs to the folder %j of the version 20261120', (path, folder) => {
  const item = itemOf('squashfs', path);

  expect(promised(['20261120', item])).toEqual([{ path, folder, size: item.size, sha256: item.sha256 }]);
});

it('a file that several versions promise is told once, and twice where they promise different things of it', () => {
  const item = itemOf('squashfs', 'noble/amd64/1/squashfs');
  const others = [
    { ...item, size: 7 },
    { ...item, sha256: '0'.repeat(64) },
  ];

  expect(promised(['1', item], ['2', item])).toHaveLength(1);
  expect(promised(['1', item], ['2', others[0] ?? item], ['3', others[1] ?? item])).toHaveLength(3);
});

it('a path that leads elsewhere is left out', () => {
  expect(promised(['1', itemOf('squashfs', '../squashfs'), itemOf('squashfs', '/etc/passwd')])).toEqual([]);
});
