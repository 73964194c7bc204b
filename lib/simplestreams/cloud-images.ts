import { MirrorError } from '../errors';
import { type ForeignEntry, readForeignDocument } from './foreign-documents';
import { isObject, type JsonObject, membersOf, shown } from './json-shapes';
import { pathFault } from './readable-values';
import { byBytes } from './version-order';

/** A file of a cloud image. */
export interface CloudFile {
  /** Relative to the stream. */
  readonly path: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** One serial of a release for one architecture, with those of its files that a mirror can be made from. */
export interface CloudImage {
  /** `com.ubuntu.cloud.daily:server:24.04:amd64` */
  readonly product: string;
  /** `20261120`, `20261120.1` */
  readonly serial: string;
  readonly squashfs?: CloudFile;
  readonly manifest?: CloudFile;
  readonly rootTarball?: CloudFile;
  readonly rootManifest?: CloudFile;
}

export interface WantedImages {
  /** `24.04` */
  readonly version: string;
  /** dpkg's word; `amd64` is not `amd64v3`. */
  readonly architecture: string;
}

/**
 * The entries of an index under which such images may be. The word between the colons (candidate, daily, released)
 * decides nothing: a site's own stream may use another.
 */
export function entriesFor(entries: readonly ForeignEntry[], wanted: WantedImages): ForeignEntry[] {
  return entries.filter(
    ({ contentId, products }) => wellKnown.includes(contentId) || products.some((id) => isWanted(id, wanted)),
  );
}

const wellKnown = ['com.ubuntu.cloud:released:download', 'com.ubuntu.cloud:daily:download'];

/**
 * The images of a products document, newest first.
 * @param name how messages call the document: its URL
 * @throws BadFormat where it is no products document, or an image of those wanted is described wrongly
 */
export function cloudImagesOf(text: string, wanted: WantedImages, name: string): CloudImage[] {
  const document = readForeignDocument(text, name);
  if (document.kind !== 'products') throw new MirrorError('BadFormat', `${name} is an index, not a products document`);
  const images: CloudImage[] = [];
  for (const [id, product] of Object.entries(document.products)) {
    if (!isWanted(id, wanted) || !isObject(product)) continue;
    // The id says it too, but the field is what other readers go by.
    if (product.arch !== wanted.architecture) continue;
    for (const [serial, version] of membersOf(product.versions)) {
      if (isSerial(serial) && isObject(version)) images.push(imageOf(id, serial, version, name));
    }
  }
  return newestFirst(images);
}

/** Images of several documents in the order in which they are chosen; of one serial the first described counts. */
export function newestFirst(images: readonly CloudImage[]): CloudImage[] {
  const bySerial = new Map<string, CloudImage>();
  for (const image of images) if (!bySerial.has(image.serial)) bySerial.set(image.serial, image);
  return [...bySerial.values()].sort((a, b) => byBytes(b.serial, a.serial));
}

/**
 * The newest image, or the one that is asked for.
 * @param what how messages call the images: `noble (24.04) amd64`
 * @throws NotReady where there is none, or the newest cannot be used; BadInput (misuse) for a serial that is not there
 */
export function chooseImage(
  images: readonly CloudImage[],
  { serial, what }: { readonly serial?: string; readonly what: string },
): CloudImage {
  const [newest] = images;
  if (newest === undefined) {
    throw new MirrorError('NotReady', `the stream has no image of ${what}`, {
      hint: 'see what the stream offers, or run the build again when it has one',
    });
  }
  const chosen = serial === undefined ? newest : images.find((image) => image.serial === serial);
  const existing = `there are ${images
    .slice(0, 10)
    .map((image) => image.serial)
    .join(', ')}${images.length > 10 ? ` and ${images.length - 10} older ones` : ''}`;
  if (chosen === undefined) {
    throw new MirrorError('BadInput', `the stream has no image ${serial} of ${what}; ${existing}`, {
      hint: 'name one of these serials, or none for the newest',
      misuse: true,
    });
  }
  // Of a product that has squashfs, one without is not complete yet.
  const early = serial === undefined && chosen.squashfs === undefined && images.some(({ squashfs }) => squashfs);
  if (early || (chosen.squashfs === undefined && chosen.rootTarball === undefined)) {
    const message = `the image ${chosen.serial} of ${what} has ${early && chosen.rootTarball ? 'no squashfs yet' : 'neither a squashfs nor a root tarball'}; ${existing}`;
    throw serial === undefined
      ? new MirrorError('NotReady', message, { hint: 'run the build again later, or name an older serial' })
      : new MirrorError('BadInput', message, { hint: 'name another serial, or none for the newest', misuse: true });
  }
  return chosen;
}

/** An id ends with the exact version and architecture; what stands before differs from stream to stream. */
function isWanted(id: string, { version, architecture }: WantedImages): boolean {
  return id.endsWith(`:server:${version}:${architecture}`);
}

/** A name that is no serial would sort above all serials, and has no day that a build could take for its clock. */
function isSerial(name: string): boolean {
  return /^\d{8}(?:\.\d{1,20}){0,20}$/.test(name);
}

function imageOf(product: string, serial: string, version: JsonObject, name: string): CloudImage {
  const files: Partial<Record<'squashfs' | 'manifest' | 'rootTarball' | 'rootManifest', CloudFile>> = {};
  for (const [item, value] of membersOf(version.items)) {
    if (!isObject(value)) continue;
    const part = parts.get(String(value.ftype ?? item));
    const file = part && fileOf(value, `${name}, ${product} ${serial} ${item}`);
    if (part && file) files[part] = file;
  }
  return { product, serial, ...files };
}

/** By ftype. */
const parts = new Map([
  ['squashfs', 'squashfs'],
  ['squashfs.manifest', 'manifest'],
  ['root.tar.xz', 'rootTarball'],
  ['root.manifest', 'rootManifest'],
] as const) as ReadonlyMap<string, 'squashfs' | 'manifest' | 'rootTarball' | 'rootManifest'>;

/** A file without a sha256, as in the oldest versions, cannot be checked, so it is as good as not there. */
function fileOf({ path, sha256, size }: JsonObject, where: string): CloudFile | undefined {
  if (sha256 === undefined) return undefined;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) throw wrong(where, 'sha256', sha256);
  const bytes = typeof size === 'string' && /^\d{1,15}$/.test(size) ? Number(size) : size;
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) throw wrong(where, 'size', size);
  if (typeof path !== 'string') throw wrong(where, 'path', path);
  const fault = pathFault(path);
  if (fault !== undefined) throw wrong(where, 'path', path, `, which ${fault}`);
  return { path, sha256, size: bytes };
}

function wrong(where: string, field: string, value: unknown, why = ''): MirrorError {
  return new MirrorError('BadFormat', `${where}: ${field} is ${shown(value)}${why}`, {
    hint: 'tell whoever runs the stream',
  });
}

/** What is wrong with the path of a document, which may hold colons, or undefined. */
export function documentPathFault(path: string): string | undefined {
  return pathFault(path.replaceAll(':', '.'));
}
