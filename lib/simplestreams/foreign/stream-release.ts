import { z } from 'zod';
import { isObject } from '../contract/json-shapes';
import type { Described } from './inherited';

/** What the products of a cloud-image stream say about one Ubuntu release. */
export interface StreamRelease {
  /** `noble` */
  readonly name: string;
  /** `24.04` */
  readonly version: string;
  /** `24.04 LTS`, `Noble Numbat`; undefined if no product has it. */
  readonly title: string | undefined;
  readonly codename: string | undefined;
  /** `YYYY-MM-DD` */
  readonly supportEol: string | undefined;
  /** dpkg's names, and variants (`amd64v3`). */
  readonly architectures: readonly string[];
}

/** A release whose products contradict themselves or each other, and how. */
export interface OddRelease {
  /** From its first product. */
  readonly name: string;
  readonly version: string;
  readonly fault: string;
}

export interface StreamReleases {
  readonly releases: readonly StreamRelease[];
  readonly odd: readonly OddRelease[];
}

/** The releases in products documents. All products of a series must agree. Only server images count. */
export function releasesIn(products: readonly Described[]): StreamReleases {
  const said = products.flatMap(saidBy);
  const groups = [...Map.groupBy(said, ({ release }) => release).values()];
  const read = groups.map(readGroup);
  const odd = read.filter((one): one is OddRelease => 'fault' in one);
  const releases = read.filter((one): one is StreamRelease => !('fault' in one));
  const shared = releases.filter((one) =>
    releases.some(({ name, version }) => name !== one.name && version === one.version),
  );
  return {
    releases: releases.filter((one) => !shared.includes(one)),
    odd: [
      ...odd,
      ...shared.map(({ name, version }) => ({ name, version, fault: `another series also has version ${version}` })),
    ],
  };
}

interface Said {
  readonly id: string;
  readonly release: string;
  readonly version: string;
  readonly architecture: string;
  readonly product: unknown;
}

/** Version and architecture from a product's id; idFault compares them with the product's own fields. */
function saidBy({ name: id, fields: product }: Described): Said[] {
  const parts = id.split(':');
  if (parts.length !== 4 || parts[1] !== 'server') return [];
  const [, , version = '', architecture = ''] = parts;
  const release = typeof product.release === 'string' ? product.release : '';
  return [{ id, release, version, architecture, product }];
}

const Product = z.object({
  release: z.string().regex(/^[a-z]{1,40}$/, 'is not a series'),
  version: z.string().regex(/^\d\d\.\d\d$/, 'is not a version, such as 27.04'),
  arch: z.string().regex(/^[a-z0-9]{1,20}$/, 'is not an architecture'),
  release_title: z
    .string()
    .regex(/^\d\d\.\d\d(?: LTS)?$/, 'is not a version, with or without " LTS"')
    .optional(),
  release_codename: z
    .string()
    .regex(/^[A-Za-z][A-Za-z ]{0,58}[A-Za-z]$/, 'is not a codename')
    .optional(),
  support_eol: z.iso.date('is not a date, such as 2027-04-22').optional(),
  supported: z.boolean('is neither true nor false').optional(),
});

function readGroup(group: readonly Said[]): StreamRelease | OddRelease {
  const [first] = group;
  const { release: name = '', version = '' } = first ?? {};
  const read: z.infer<typeof Product>[] = [];
  for (const said of group) {
    const { success, data, error } = Product.safeParse(said.product);
    const fault = success ? idFault(said, data) : issueOf(said, error);
    if (fault !== undefined) return { name, version, fault };
    if (success) read.push(data);
  }
  const field = (['version', 'release_title', 'release_codename', 'support_eol'] as const).find(
    (one) => new Set(read.map((product) => product[one])).size > 1,
  );
  if (field !== undefined) {
    const values = [...new Set(read.map((product) => JSON.stringify(product[field]) ?? 'nothing'))].join(' and ');
    return { name, version, fault: `${field} is ${values}` };
  }
  const { release_title: title, release_codename: codename, support_eol: supportEol } = read[0] ?? {};
  return { name, version, title, codename, supportEol, architectures: read.map(({ arch }) => arch) };
}

function idFault({ id, version, architecture }: Said, product: z.infer<typeof Product>): string | undefined {
  if (product.version === version && product.arch === architecture) return undefined;
  return `${id} describes itself as ${product.version} for ${product.arch}`;
}

function issueOf({ id, product }: Said, { issues: [issue] }: z.ZodError): string {
  const field = String(issue?.path[0] ?? '');
  const seen = isObject(product) ? JSON.stringify(product[field]) : undefined;
  return `${field} of ${id} ${issue?.message} (got ${seen?.slice(0, 100) ?? 'nothing'})`;
}
