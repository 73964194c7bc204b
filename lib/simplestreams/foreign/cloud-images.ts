import { MirrorError } from '../../errors';
import { type JsonObject, shown } from '../contract/json-shapes';
import { byBytes } from '../version-order';
import type { ForeignEntry } from './foreign-documents';
import { type Described, itemsOf, versionsOf } from './inherited';
import { foreignPathFault } from './path-fault';

/** A file of a cloud image. */
export interface CloudFile {
  /** Relative to the stream. */
  readonly path: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

export type CloudPart = 'squashfs' | 'manifest' | 'rootTarball' | 'rootManifest';

/** One serial of a release for one architecture, with the files that a mirror can be built from. */
export interface CloudImage extends Partial<Readonly<Record<CloudPart, CloudFile>>> {
  /** `com.ubuntu.cloud.daily:server:24.04:amd64` */
  readonly product: string;
  /** `20261120`, `20261120.1` */
  readonly serial: string;
  /** Errors (BadFormat) of files with invalid data, to be thrown only if the file is needed. */
  readonly faults?: Partial<Readonly<Record<CloudPart, MirrorError>>>;
}

export interface WantedImages {
  /** `24.04` */
  readonly version: string;
  /** dpkg's name; `amd64` is not `amd64v3`. */
  readonly architecture: string;
}

/**
 * Whether a document may contain such images. The label in its id (candidate, daily, released) does not matter: a site's own
 * stream may use another. An index within an index may contain anything.
 */
export function mayHold(entry: ForeignEntry, wanted: WantedImages): boolean {
  return entry.isIndex || wellKnown.includes(entry.contentId) || announces(entry, wanted);
}

/** Whether an index lists such images for a document. */
export function announces({ products }: ForeignEntry, wanted: WantedImages): boolean {
  return products.some((id) => isWanted(id, wanted));
}

const wellKnown = ['com.ubuntu.cloud:released:download', 'com.ubuntu.cloud:daily:download'];

/** Whether a stream has, or once had, such images: it has their product. */
export function hasProduct(products: readonly Described[], wanted: WantedImages): boolean {
  return products.some((product) => isOf(product, wanted));
}

/**
 * The images of a products document, newest first.
 * @param name names the document in messages: its URL
 */
export function cloudImagesOf(products: readonly Described[], wanted: WantedImages, name: string): CloudImage[] {
  const images = products
    .filter((product) => isOf(product, wanted))
    .flatMap((product) =>
      versionsOf(product)
        .filter((version) => isSerial(version.name))
        .map((version) => imageOf(product.name, version, wanted, name)),
    );
  return newestFirst(images);
}

/** Images of several documents, newest first; for a repeated serial, the first one without a fault. */
export function newestFirst(images: readonly CloudImage[]): CloudImage[] {
  const bySerial = new Map<string, CloudImage>();
  for (const image of images) {
    const before = bySerial.get(image.serial);
    if (before === undefined || (before.faults && !image.faults)) bySerial.set(image.serial, image);
  }
  return [...bySerial.values()].sort((a, b) => byBytes(b.serial, a.serial));
}

/** An id ends with the exact version and architecture; what precedes them differs between streams. */
function isWanted(id: string, { version, architecture }: WantedImages): boolean {
  return id.endsWith(`:server:${version}:${architecture}`);
}

function isOf({ name, fields }: Described, wanted: WantedImages): boolean {
  return isWanted(name, wanted) && fitsArchitecture(fields, wanted);
}

/** The id contains it too, but other readers use the field, if present. */
function fitsArchitecture({ arch }: JsonObject, { architecture }: WantedImages): boolean {
  return arch === undefined || arch === architecture;
}

/** Other names would sort above all serials, and contain no date that a build could use as its clock. */
function isSerial(name: string): boolean {
  return /^\d{8}(?:\.\d{1,20}){0,20}$/.test(name);
}

function imageOf(product: string, version: Described, wanted: WantedImages, name: string): CloudImage {
  const files: Partial<Record<CloudPart, CloudFile>> = {};
  const faults: Partial<Record<CloudPart, MirrorError>> = {};
  for (const item of itemsOf(version)) {
    const part = parts.get(item.fields.ftype ?? item.name);
    if (part === undefined || !fitsArchitecture(item.fields, wanted)) continue;
    const file = fileOf(item.fields, `${name}, ${product} ${version.name} ${item.name}`);
    if (file instanceof MirrorError) faults[part] = file;
    else if (file) files[part] = file;
  }
  const faulty = Object.keys(faults).length > 0;
  return { product, serial: version.name, ...files, ...(faulty && { faults }) };
}

/** By ftype. */
const parts: ReadonlyMap<unknown, CloudPart> = new Map<unknown, CloudPart>([
  ['squashfs', 'squashfs'],
  ['squashfs.manifest', 'manifest'],
  ['root.tar.xz', 'rootTarball'],
  ['root.manifest', 'rootManifest'],
]);

/** A file without a sha256, as in the oldest versions, cannot be verified, and is ignored. */
function fileOf({ path, sha256, size }: JsonObject, where: string): CloudFile | MirrorError | undefined {
  if (sha256 === undefined) return undefined;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return wrong(where, 'sha256', sha256);
  const bytes = typeof size === 'string' && /^\d{1,15}$/.test(size) ? Number(size) : size;
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) return wrong(where, 'size', size);
  if (typeof path !== 'string') return wrong(where, 'path', path);
  const fault = foreignPathFault(path);
  return fault === undefined ? { path, sha256, size: bytes } : wrong(where, 'path', path, `, which ${fault}`);
}

function wrong(where: string, field: string, value: unknown, why = ''): MirrorError {
  return new MirrorError('BadFormat', `${where}: ${field} is ${shown(value)}${why}`, {
    hint: 'report it to the publisher of the stream',
  });
}
