import { z } from 'zod';
import { kernelName, type StreamDocument, StreamFault, type StreamFile, type StreamProduct } from './stream';

/**
 * What MAAS 3.7 and later wants of an index, beside what it does not look at. @returns paths of documents, in order
 */
export function indexOf(data: unknown, url: string): string[] {
  const parsed = index.safeParse(data);
  if (!parsed.success) throw new StreamFault(`${url}: invalid index: ${parsed.error.message}`);
  return Object.values(parsed.data.index).map(({ path }) => path);
}

/**
 * A products document as one of the three kinds that MAAS knows; of those that fit, the last.
 * @throws StreamFault if none fits
 */
export function strictDocument(data: unknown, url: string): StreamDocument {
  const fitting = kinds.map(({ list, productOf }) => ({ productOf, parsed: list.safeParse(data) }));
  for (const { productOf, parsed } of fitting.reverse()) if (parsed.success) return documentOf(parsed.data, productOf);
  const [why] = fitting.flatMap(({ parsed }) => (parsed.success ? [] : [parsed.error.message]));
  throw new StreamFault(`${url}: of no known kind: ${why}`);
}

/** Each product by itself, of whatever kind, without those that are of none: what MAAS would do without rule M3. */
export function lenientDocument(data: unknown, url: string): StreamDocument {
  const { updated, products, ...head } = z
    .looseObject({ updated: z.string(), products: z.looseObject({}) })
    .parse(data);
  const documents = Object.entries(products).flatMap(([id, product]) => {
    try {
      return [strictDocument({ ...head, updated, products: { [id]: product } }, url)];
    } catch (error) {
      if (error instanceof StreamFault) return [];
      throw error;
    }
  });
  return { updated: new Date(updated), products: documents.flatMap((document) => document.products) };
}

/** A weekday and a numeric offset, or ISO 8601: Python’s `strptime` and `fromisoformat`. */
const date = z
  .string()
  .regex(/^(?:[A-Z][a-z]{2}, \d\d? [A-Z][a-z]{2} \d{4} [\d:]{8} [+-]\d{4}|\d{4}-\d\d-\d\d.{0,40})$/);
const day = z
  .string()
  .regex(/^\d{1,4}-\d{1,2}-\d{1,2}$/)
  .nullish();
const datatype = z.enum(['image-ids', 'image-downloads']);

const filled = <Value extends z.ZodType>(value: Value) =>
  z.record(z.string(), value).refine((object) => Object.keys(object).length > 0, 'is empty');

const index = z.object({
  updated: date,
  index: filled(
    z.object({
      ...{ path: z.string(), updated: date, products: z.array(z.string()), datatype: datatype.nullish() },
      name: z.never().optional(), // a Python keyword argument that is given twice
    }),
  ),
});

const size = z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]);
const file = z.object({ ftype: z.string(), path: z.string(), sha256: z.string(), size });
const loaderFile = file.extend({ src_package: z.string(), src_release: z.string(), src_version: z.string() });

const loaderItems = z.object({
  'grub2-signed': loaderFile.optional(),
  'shim-signed': loaderFile.optional(),
  grub2: loaderFile.optional(),
  syslinux: loaderFile.optional(),
});
const multiFileItems = z.object({
  'boot-initrd': file,
  'boot-kernel': file,
  manifest: file,
  squashfs: file.optional(),
  'root-image.gz': file.optional(),
});
const singleFileItems = z.object({ manifest: file, 'root-tgz': file });

const anyProduct = { arch: z.string(), label: z.string(), os: z.string(), product_name: z.never().optional() };
const imageProduct = {
  ...anyProduct,
  release: z.string(),
  release_title: z.string(),
  subarch: z.string(),
  subarches: z.string(),
  support_eol: day,
  version: z.string(),
};

const listOf = <Product extends z.ZodType>(product: Product) =>
  z.object({ content_id: z.string(), datatype, updated: date, products: filled(product) });
const versionsOf = <Items extends z.ZodType>(items: Items) =>
  filled(z.object({ items, support_eol: day, support_esm_eol: day, version_name: z.never().optional() }));

const loaderProduct = z.object({
  ...anyProduct,
  arches: z.string(),
  'bootloader-type': z.string(),
  versions: versionsOf(loaderItems.refine((items) => Object.keys(items).length > 0, 'no bootloader')),
});
const multiFileProduct = z.object({
  ...imageProduct,
  kflavor: z.string().nullish(),
  versions: versionsOf(multiFileItems.refine((items) => items.squashfs ?? items['root-image.gz'], 'no root')),
});
const singleFileProduct = z.object({ ...imageProduct, versions: versionsOf(singleFileItems) });

type ProductOf = (id: string, product: never) => StreamProduct;

const kinds: readonly { readonly list: z.ZodType<Parsed>; readonly productOf: ProductOf }[] = [
  { list: listOf(loaderProduct), productOf: loaderOf },
  { list: listOf(multiFileProduct), productOf: multiFileOf },
  { list: listOf(singleFileProduct), productOf: singleFileOf },
];

interface Parsed {
  readonly updated: string;
  readonly products: Readonly<Record<string, object>>;
}

function documentOf({ updated, products }: Parsed, productOf: ProductOf): StreamDocument {
  return {
    updated: new Date(updated),
    products: Object.entries(products).map(([id, product]) => productOf(id, product as never)),
  };
}

function loaderOf(id: string, product: z.infer<typeof loaderProduct>): StreamProduct {
  const { os, arch, label, 'bootloader-type': firmware } = product;
  const names = ['grub2-signed', 'shim-signed', 'grub2', 'syslinux'] as const;
  const versions = filesBy(product.versions, names);
  return {
    id,
    os,
    arch,
    label,
    name: `${os}/${firmware}`,
    firmware,
    subarch: 'generic',
    subarches: [],
    multiFile: false,
    versions,
  };
}

function multiFileOf(id: string, product: z.infer<typeof multiFileProduct>): StreamProduct {
  const subarch = kernelName(product.subarch, product.kflavor ?? 'None');
  const versions = filesBy(product.versions, ['boot-initrd', 'boot-kernel', 'squashfs', 'root-image.gz']);
  return { ...imageOf(id, product), subarch, multiFile: true, versions };
}

function singleFileOf(id: string, product: z.infer<typeof singleFileProduct>): StreamProduct {
  return { ...imageOf(id, product), multiFile: false, versions: filesBy(product.versions, ['root-tgz']) };
}

function imageOf(id: string, product: Omit<z.infer<typeof singleFileProduct>, 'versions'>) {
  const { os, arch, label, release, subarch, subarches } = product;
  return { id, os, arch, label, subarch, name: `${os}/${release}`, subarches: subarches.split(',') };
}

/** The files that are downloaded; a manifest is wanted but never fetched. */
function filesBy<Name extends string>(
  versions: Readonly<Record<string, { readonly items: { readonly [name in Name]?: StreamFile | undefined } }>>,
  names: readonly Name[],
): StreamProduct['versions'] {
  const files = (items: { readonly [name in Name]?: StreamFile | undefined }) =>
    names.flatMap((name) => items[name] ?? []);
  return new Map(Object.entries(versions).map(([name, { items }]) => [name, files(items)]));
}
