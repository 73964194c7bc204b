import type { ContractRule } from '../../../lib/simplestreams/contract/contract-rules';
import {
  bootloaderFields,
  bootloaderId,
  bootloaderVersion,
  imageContentId,
  imageId,
  imageVersion,
  itemOf,
} from '../made-documents';

/** One thing done to a good document, in place, and the one rule that it breaks. */
export type Mutation = [what: string, change: (document: unknown) => void, rule: ContractRule];

type Json = { [field: string]: Json } & { [field: string]: unknown };

/** Sets a field at a path of keys; undefined removes it. */
function set(value: unknown, ...path: string[]): (document: unknown) => void {
  return (document) => {
    let place = document as Json;
    for (const key of path.slice(0, -1)) place = place[key] as Json;
    const last = path.at(-1) as string;
    if (value === undefined) delete place[last];
    else Object.assign(place, { [last]: value });
  };
}

function rename(from: string, to: string, ...path: string[]): (document: unknown) => void {
  return (document) => {
    const place = path.reduce((at, key) => at[key] as Json, document as Json);
    place[to] = place[from] as Json;
    delete place[from];
  };
}

const product = ['products', imageId];
const versions = [...product, 'versions'];
const version = [...versions, '20261012.1'];
const items = [...version, 'items'];
const squashfs = [...items, 'squashfs'];
const inSquashfs = (field: string, value: unknown) => set(value, ...squashfs, field);
const folder = 'noble/amd64/20261012.1';

const badPaths = [
  '/noble/squashfs',
  'noble/../squashfs',
  '../squashfs',
  'noble/..',
  'noble//squashfs',
  './squashfs',
  'noble/./squashfs',
  'noble/.../squashfs',
  'noble/',
  'no:ble/squashfs',
  'https://elsewhere/squashfs',
  'noble/squashfs?x=1',
  'noble/%2e%2e/squashfs',
  'noble\\squashfs',
  'noble/squash fs',
];

const badDates = [
  'Mon, 12 Oct 2026 04:11:09 GMT',
  '12 Oct 2026 04:11:09 +0000',
  'Sat, 31 Feb 2026 04:11:09 +0000',
  'Mon, 12 Oct 2026 24:11:09 +0000',
  'Mon, 12 Okt 2026 04:11:09 +0000',
  '2026-13-01',
  'yesterday',
];

const badDays = ['', '2029-5-31', '2029-02-30', 'never', 2029];

export const imageMutations: Mutation[] = [
  ...['content_id', 'datatype', 'format', 'updated'].map(
    (field): Mutation => [`no ${field}`, set(undefined, field), 'field-missing'],
  ),
  ['a content id that is a number', set(1, 'content_id'), 'field-not-string'],
  ['another format', set('products:2.0', 'format'), 'format-wrong'],
  ['the datatype of notifications', set('release-notifications', 'datatype'), 'datatype-not-allowed'],
  ...badDates.map((date): Mutation => [`the date ${date}`, set(date, 'updated'), 'date-unreadable']),
  ['no products', set({}, 'products'), 'products-empty'],
  ['no field for products', set(undefined, 'products'), 'products-empty'],
  ['a product that is a list', set([], ...product), 'not-an-object'],
  ...['arch', 'label', 'os', 'release', 'release_title', 'subarch', 'subarches', 'version'].flatMap(
    (field): Mutation[] => [
      [`a product without ${field}`, set(undefined, ...product, field), 'field-missing'],
      [`a product with an empty ${field}`, set('', ...product, field), 'field-missing'],
      [`a product whose ${field} is a number`, set(24.04, ...product, field), 'field-not-string'],
    ],
  ),
  ['a krel that is null', set(null, ...product, 'krel'), 'field-not-string'],
  ['a product without kflavor', set(undefined, ...product, 'kflavor'), 'kflavor-missing'],
  ['an empty kflavor', set('', ...product, 'kflavor'), 'kflavor-missing'],
  ['a kflavor that is a number', set(1, ...product, 'kflavor'), 'field-not-string'],
  [
    'the flavour in the subarch',
    (document) => {
      set('lowlatency', ...product, 'kflavor')(document);
      set('hwe-24.04-lowlatency-edge', ...product, 'subarch')(document);
    },
    'subarch-holds-flavour',
  ],
  ['a product of version v1', rename(imageId, imageId.replace(':v3:', ':v1:'), 'products'), 'product-name-ignored'],
  ['a product_name', set('x', ...product, 'product_name'), 'forbidden-key'],
  ['a label with a slash', set('a/b', ...product, 'label'), 'label-unsafe'],
  ['a label that leads upwards', set('..', ...product, 'label'), 'label-unsafe'],
  ...badDays.map((day): Mutation => [`the end of life ${day}`, set(day, ...product, 'support_eol'), 'eol-unreadable']),
  ['a bad end of life in a version', set('', ...version, 'support_esm_eol'), 'eol-unreadable'],
  ['a product without versions', set({}, ...versions), 'versions-empty'],
  ['a product with no field for versions', set(undefined, ...versions), 'versions-empty'],
  ['a version that is text', set('x', ...version), 'not-an-object'],
  ['a version_name', set('x', ...version, 'version_name'), 'forbidden-key'],
  ['a version called with a slash', rename('20261012.1', '2026/10', ...versions), 'version-name-unsafe'],
  ['a version called ..', rename('20261012.1', '..', ...versions), 'version-name-unsafe'],
  [
    'a tenth re-spin after the second',
    (document) => {
      set(imageVersion('20261012.2'), ...versions, '20261012.2')(document);
      set(imageVersion('20261012.10'), ...versions, '20261012.10')(document);
    },
    'respins-sort-wrong',
  ],
  ['a version without items', set({}, ...items), 'items-empty'],
  ['a version with no field for items', set(undefined, ...items), 'items-empty'],
  ...['boot-kernel', 'boot-initrd', 'manifest'].map(
    (name): Mutation => [`a version without ${name}`, set(undefined, ...items, name), 'item-missing'],
  ),
  ['an old version without a kernel', set(undefined, ...versions, '20261011', 'items', 'boot-kernel'), 'item-missing'],
  ['a version without squashfs', set(undefined, ...squashfs), 'root-missing'],
  ['an item of another name', set(itemOf('root-txz', `${folder}/x`), ...items, 'root-txz'), 'item-unknown'],
  ['a root-tgz beside its squashfs', set(itemOf('root-tgz', `${folder}/t`), ...items, 'root-tgz'), 'root-tgz-mixed'],
  ['an item that is text', set('x', ...squashfs), 'not-an-object'],
  ...['ftype', 'path', 'sha256'].flatMap((field): Mutation[] => [
    [`an item without ${field}`, inSquashfs(field, undefined), 'field-missing'],
    [`an item whose ${field} is a number`, inSquashfs(field, 7), 'field-not-string'],
  ]),
  ['an item without size', inSquashfs('size', undefined), 'field-missing'],
  ['a kpackage that is null', set(null, ...items, 'boot-kernel', 'kpackage'), 'field-not-string'],
  ['an unknown file type', inSquashfs('ftype', 'squashfs.zst'), 'ftype-unknown'],
  ['the file type of another item', inSquashfs('ftype', 'boot-kernel'), 'ftype-wrong'],
  ...badPaths.map((path): Mutation => [`the path ${path}`, inSquashfs('path', path), 'path-unsafe']),
  ['a digest in capitals', inSquashfs('sha256', 'A'.repeat(64)), 'sha256-malformed'],
  ['a short digest', inSquashfs('sha256', 'a'.repeat(63)), 'sha256-malformed'],
  ...[0, -1, 1.5, '12', null].map((size): Mutation => [`the size ${size}`, inSquashfs('size', size), 'size-malformed']),
  ['two files of one name', inSquashfs('path', 'noble/amd64/other/boot-kernel'), 'basename-repeated'],
  ['one content twice', inSquashfs('sha256', imageVersion('20261012.1').items.manifest?.sha256), 'sha256-repeated'],
  ['one path for two contents', inSquashfs('path', 'noble/amd64/20261011/squashfs'), 'path-reused'],
  [
    'a bootloader among them',
    set({ ...bootloaderFields, versions: { '1': bootloaderVersion('1') } }, 'products', bootloaderId),
    'document-mixed',
  ],
  [
    'a product of another label',
    (document) => {
      const { products } = document as Json;
      const other = imageId.replace('amd64', 'arm64');
      Object.assign(products as Json, { [other]: { ...(products as Json)[imageId], label: 'stable' } });
    },
    'label-differs',
  ],
];

const loader = ['products', bootloaderId];
const syslinux = [...loader, 'versions', '20261011.0', 'items', 'syslinux'];

export const bootloaderMutations: Mutation[] = [
  ...['arch', 'label', 'os', 'arches', 'bootloader-type'].map(
    (field): Mutation => [`a product without ${field}`, set(undefined, ...loader, field), 'field-missing'],
  ),
  ...['src_package', 'src_release', 'src_version'].flatMap((field): Mutation[] => [
    [`an item without ${field}`, set(undefined, ...syslinux, field), 'field-missing'],
    [`an item whose ${field} is a list`, set(['x'], ...syslinux, field), 'field-not-string'],
  ]),
  ['BIOS on amd64, which is what the peer makes', set('amd64', ...loader, 'arch'), 'bootloader-unsupported'],
  ['a loader that MAAS does not know', set('refind', ...loader, 'os'), 'bootloader-unsupported'],
  [
    'a product of version v3',
    rename(bootloaderId, bootloaderId.replace(':1:', ':v3:'), 'products'),
    'product-name-ignored',
  ],
  [
    'one item more that MAAS does not know',
    set(
      { ...bootloaderVersion('x').items.syslinux, ...itemOf('archive.tar.xz', 'x') },
      ...syslinux.slice(0, -1),
      'systemd-boot',
    ),
    'item-unknown',
  ],
  ['another file type', set('root-tgz', ...syslinux, 'ftype'), 'ftype-wrong'],
];

const single = ['products', 'com.ubuntu.maas.candidate:centos-bases:9:amd64'];
const singleItems = [...single, 'versions', '20261011_01', 'items'];

export const singleFileMutations: Mutation[] = [
  ['a product without release', set(undefined, ...single, 'release'), 'field-missing'],
  ['a version without manifest', set(undefined, ...singleItems, 'manifest'), 'item-missing'],
  ['an item of another name', set(itemOf('root-dd', 'x'), ...singleItems, 'root-dd'), 'item-unknown'],
  ['an empty end of life', set('', ...single, 'support_eol'), 'eol-unreadable'],
];

const entry = ['index', imageContentId];

export const indexMutations: Mutation[] = [
  ...['format', 'updated'].map((field): Mutation => [`no ${field}`, set(undefined, field), 'field-missing']),
  ['another format', set('products:1.0', 'format'), 'format-wrong'],
  ['a date that names GMT', set('Mon, 12 Oct 2026 04:11:09 GMT', 'updated'), 'date-unreadable'],
  ['no entries', set({}, 'index'), 'index-empty'],
  ['no field for entries', set(undefined, 'index'), 'index-empty'],
  ['an entry that is text', set('x', ...entry), 'not-an-object'],
  ...['path', 'updated', 'products'].map(
    (field): Mutation => [`an entry without ${field}`, set(undefined, ...entry, field), 'field-missing'],
  ),
  ['a path that is a number', set(1, ...entry, 'path'), 'field-not-string'],
  ['products that are text', set(imageId, ...entry, 'products'), 'field-not-string'],
  ['a product id that is a number', set([1], ...entry, 'products'), 'field-not-string'],
  ['an entry of another format', set('index:1.0', ...entry, 'format'), 'format-wrong'],
  ['an entry of another datatype', set('content-download', ...entry, 'datatype'), 'datatype-not-allowed'],
  ['an entry with a bad date', set('now', ...entry, 'updated'), 'date-unreadable'],
  ['an entry called name', set('x', ...entry, 'name'), 'forbidden-key'],
  ['an entry without products in its list', set([], ...entry, 'products'), 'index-products-empty'],
  ['an entry with other products than its document', set(['x'], ...entry, 'products'), 'index-products-differ'],
  ['a path outside', set('metadata/aa.sjson', ...entry, 'path'), 'index-path-outside'],
  ['a path to something else', set('streams/v1/aa.txt', ...entry, 'path'), 'index-path-outside'],
  ['a path that leads out', set('streams/v1/../aa.sjson', ...entry, 'path'), 'path-unsafe'],
  ['a colon in a path', set(`streams/v1/${imageContentId}.sjson`, ...entry, 'path'), 'path-unsafe'],
  ['a path to an unsigned document', set('streams/v1/aa.json', ...entry, 'path'), 'index-unsigned-document'],
];
