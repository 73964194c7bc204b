import { z } from 'zod';
import type { RuleId } from '../rules';
import { kernelName, type StreamDocument, StreamFault, type StreamFile, type StreamProduct } from './stream';

type Fields = Readonly<Record<string, unknown>>;

/**
 * A products document as python-simplestreams gives it to MAAS 3.6 and earlier: item by item, each with the fields of its
 * version, its product and the document. Nothing is refused but files without size or digest.
 */
export function inheritedDocument(data: unknown, url: string, without: ReadonlySet<RuleId>): StreamDocument {
  const { updated, products, ...top } = document.parse(data);
  return {
    updated: new Date(updated),
    products: Object.entries(products).map(([id, { versions, ...fields }]) =>
      productOf(id, without.has('O7') ? fields : { ...top, ...fields }, versions, url, without),
    ),
  };
}

/** Types that MAAS 3.6 and earlier knows and fetches. */
const knownTypes = [
  'boot-kernel',
  'boot-initrd',
  'boot-dtb',
  'squashfs',
  'root-image.gz',
  'root-tgz',
  'archive.tar.xz',
];

const version = z.looseObject({ items: z.record(z.string(), z.looseObject({})) });
const document = z.looseObject({
  updated: z.string().default(''),
  products: z.record(z.string(), z.looseObject({ versions: z.record(z.string(), version) })),
});

function productOf(
  id: string,
  product: Fields,
  versions: Readonly<Record<string, z.infer<typeof version>>>,
  url: string,
  without: ReadonlySet<RuleId>,
): StreamProduct {
  const inherits = !without.has('O7');
  const filesOf = ({ items, ...fields }: z.infer<typeof version>) =>
    Object.values(items).flatMap((item) =>
      fileOf(inherits ? { ...product, ...fields, ...item } : item, url, without.has('O4')),
    );
  // A field may be on the version instead of the product.
  const newest = versions[Object.keys(versions).sort().at(-1) ?? ''];
  const of = (name: string) => stringOf((inherits ? { ...product, ...newest } : product)[name]);
  const [os, firmware] = [of('os') ?? 'ubuntu', of('bootloader-type')];
  return {
    ...{ id, os, arch: of('arch') ?? '', label: of('label') ?? '', name: `${os}/${firmware ?? of('release')}` },
    subarch: firmware === undefined ? kernelName(of('subarch') ?? 'generic', of('kflavor') ?? 'generic') : 'generic',
    subarches: (of('subarches') ?? '').split(','),
    ...(firmware !== undefined && { firmware }),
    multiFile: os === 'ubuntu',
    versions: new Map(Object.entries(versions).map(([name, one]) => [name, withoutSecondRoot(filesOf(one))])),
  };
}

const stringOf = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

function fileOf(item: Fields, url: string, anyType: boolean): StreamFile[] {
  const [ftype = '', path, sha256, size] = ['ftype', 'path', 'sha256', 'size'].map((name) => stringOf(item[name]));
  if (path === undefined || !(anyType || knownTypes.includes(ftype))) return [];
  if (sha256 === undefined || size === undefined) throw new StreamFault(`${url}: ${path} has no size or no sha256`);
  return [{ ftype, path, sha256, size: Number(size) }];
}

function withoutSecondRoot(files: readonly StreamFile[]): StreamFile[] {
  const hasSquashfs = files.some(({ ftype }) => ftype === 'squashfs');
  return files.filter(({ ftype }) => !(hasSquashfs && ftype === 'root-image.gz'));
}
