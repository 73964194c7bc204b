import { MirrorError, withoutPasswords } from '../errors';
import {
  type CloudFile,
  type CloudImage,
  chooseImage,
  cloudImagesOf,
  documentPathFault,
  entriesFor,
  newestFirst,
  type WantedImages,
} from '../simplestreams/cloud-images';
import { readForeignDocument } from '../simplestreams/foreign-documents';
import { openStream, type SignedStream, type StreamOptions } from './signed-stream';

/** A file of a stream, wherever that lies. */
export interface SourceFile {
  readonly url: string;
  readonly sha256: string;
  readonly size: number;
}

/** A cloud image that a signed stream offers. */
export interface SourceImage {
  /** Address of the stream, without user and password. */
  readonly stream: string;
  readonly product: string;
  readonly serial: string;
  readonly squashfs?: SourceFile;
  readonly manifest?: SourceFile;
  readonly rootTarball?: SourceFile;
  readonly rootManifest?: SourceFile;
}

export interface FindOptions extends StreamOptions {
  /** Address of the stream, `https://cloud-images.ubuntu.com/daily/`, or of one of its signed documents. */
  readonly stream: string;
  /** Series, and version: `noble`, `24.04`. */
  readonly release: string;
  readonly version: string;
  readonly architecture: string;
  /** @default - the newest */
  readonly serial?: string;
}

/**
 * Looks an image up in a stream whose every document is signed.
 * @throws BadInput, BadSignature, BadFormat, DownloadFailed; NotReady where the stream has no image that can be used
 */
export async function findCloudImage(options: FindOptions): Promise<SourceImage> {
  const { release, version, architecture, serial } = options;
  const stream = await openStream(options.stream, options);
  const images = await imagesOf(stream, { version, architecture });
  const what = `${release} (${version}) ${architecture} in ${withoutPasswords(stream.base)}`;
  return located(chooseImage(images, serial === undefined ? { what } : { what, serial }), stream);
}

async function imagesOf(stream: SignedStream, wanted: WantedImages): Promise<CloudImage[]> {
  const text = await stream.read(stream.start);
  if (text === undefined) {
    throw new MirrorError('DownloadFailed', `there is no stream at ${withoutPasswords(stream.start)} (404)`, {
      hint: 'the address of a stream is like https://cloud-images.ubuntu.com/daily/',
    });
  }
  const document = readForeignDocument(text, withoutPasswords(stream.start));
  if (document.kind === 'products') return cloudImagesOf(text, wanted, withoutPasswords(stream.start));
  const images: CloudImage[] = [];
  for (const { contentId, path } of entriesFor(document.entries, wanted)) {
    const url = documentUrl(path, contentId, stream);
    images.push(...cloudImagesOf(await namedDocument(url, stream), wanted, withoutPasswords(url)));
  }
  return newestFirst(images);
}

/** Not by new URL(): a colon in a name would make it a scheme. */
function documentUrl(path: string, contentId: string, stream: SignedStream): string {
  const fault = path.endsWith('.sjson') ? documentPathFault(path) : 'is not signed (.sjson)';
  if (fault === undefined) return stream.base + path;
  throw new MirrorError(
    'BadFormat',
    `${withoutPasswords(stream.start)} names for ${contentId} the path ${JSON.stringify(path)}, which ${fault}`,
    { hint: 'tell whoever runs the stream' },
  );
}

async function namedDocument(url: string, stream: SignedStream): Promise<string> {
  const text = await stream.read(url);
  if (text !== undefined) return text;
  throw new MirrorError('NotReady', `${withoutPasswords(url)} is not there (404), though the index names it`, {
    hint: 'upstream is being updated; run the build again later',
  });
}

function located({ product, serial, ...files }: CloudImage, { base }: SignedStream): SourceImage {
  const there = Object.entries(files as Readonly<Record<string, CloudFile>>).map(
    ([part, { path, sha256, size }]) => [part, { url: base + path, sha256, size }] as const,
  );
  return { stream: withoutPasswords(base), product, serial, ...Object.fromEntries(there) };
}
