import { MirrorError, withoutPasswords } from '../../errors';
import { chooseImage } from '../../simplestreams/foreign/choose-image';
import {
  announces,
  type CloudFile,
  type CloudImage,
  type CloudPart,
  cloudImagesOf,
  hasProduct,
  mayHold,
  newestFirst,
  type WantedImages,
} from '../../simplestreams/foreign/cloud-images';
import { offerOf } from '../../simplestreams/foreign/offer';
import { readStream, type StreamContents } from './documents';
import { openStream, type SignedStream, type StreamOptions } from './signed-stream';

/** A file of a stream. */
export interface SourceFile {
  readonly url: string;
  readonly sha256: string;
  readonly size: number;
}

/** A cloud image that a signed stream offers. */
export interface SourceImage extends Partial<Readonly<Record<CloudPart, SourceFile>>> {
  readonly product: string;
  readonly serial: string;
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
  /** Called with a sentence for each fault of the stream that does not matter. @default - they are not reported */
  readonly warn?: (sentence: string) => void;
}

/**
 * Finds an image in a stream whose documents are all signed.
 * @throws BadInput, BadSignature, BadFormat, DownloadFailed; NotReady if the stream had or announces such images, but
 *   none can be used now; NoSuchImage if it never had one
 */
export async function findCloudImage(options: FindOptions): Promise<SourceImage> {
  const { release, version, architecture, serial, warn = () => {} } = options;
  const wanted = { version, architecture };
  const stream = await openStream(options.stream, options);
  const contents = await readStream(stream, (entry) => mayHold(entry, wanted));
  const images = newestFirst(contents.documents.flatMap(({ name, products }) => cloudImagesOf(products, wanted, name)));
  const what = `${release} (${version}) ${architecture} in ${withoutPasswords(stream.base)}`;
  if (images.length === 0) throw noImage(contents, wanted, what);
  refuseLacking(contents, wanted, serial === undefined || images.some((image) => image.serial === serial));
  const chosen = chooseImage(images, serial === undefined ? { what } : { what, serial });
  for (const sentence of faultsIn(contents, images)) warn(sentence);
  return located(chosen, stream);
}

/** If a document could not be read that may have had the image, that is the error. */
function noImage(contents: StreamContents, wanted: WantedImages, what: string): MirrorError {
  const { documents, entries, lacking } = contents;
  const cause = lacking.find(({ entry, error }) => announces(entry, wanted) || error.name !== 'NotReady')?.error;
  if (cause !== undefined) return cause;
  const products = documents.flatMap((document) => document.products);
  if (hasProduct(products, wanted) || entries.some((entry) => announces(entry, wanted))) {
    return new MirrorError('NotReady', `the stream lists ${what}, but has no image for it`, {
      hint: 'run the build again later',
    });
  }
  const ids = entries.flatMap((entry) => entry.products);
  const others = lacking.map(({ error }) => `; ${error.message}`).join('');
  return new MirrorError('NoSuchImage', `the stream has no ${what}: ${offerOf(products, ids, wanted)}${others}`, {
    hint: 'choose one of these, or use another stream',
  });
}

/** A document that cannot be downloaded may have a newer image, so that is an error; a missing one only if no image was found. */
function refuseLacking({ lacking }: StreamContents, wanted: WantedImages, found: boolean): void {
  const needed = lacking.filter(({ entry }) => announces(entry, wanted));
  const cause = needed.find(({ error }) => !found || error.name === 'DownloadFailed');
  if (cause !== undefined) throw cause.error;
}

/** An old stream may have the same fault in hundreds of images. */
function faultsIn({ lacking }: StreamContents, images: readonly CloudImage[]): string[] {
  const faults = [...lacking.map(({ error }) => error), ...images.flatMap(({ faults = {} }) => Object.values(faults))];
  const shown = faults.slice(0, 5).map(({ message }) => message);
  return faults.length > 5 ? [...shown, `the stream has ${faults.length - 5} more faults like these`] : shown;
}

function located({ product, serial, faults: _, ...files }: CloudImage, { base }: SignedStream): SourceImage {
  const there = Object.entries(files as Readonly<Record<string, CloudFile>>).map(
    ([part, { path, sha256, size }]) => [part, { url: base + path, sha256, size }] as const,
  );
  return { product, serial, ...Object.fromEntries(there) };
}
