import { releasesIn, type StreamReleases } from '../../simplestreams/foreign/stream-release';
import { readStream } from '../streams/documents';
import { openStream, type StreamOptions } from '../streams/signed-stream';

/**
 * The releases that a signed stream of cloud images describes.
 * @throws BadSignature, BadFormat, DownloadFailed; the first error if no document of images can be read
 */
export async function streamReleases(address: string, options: StreamOptions): Promise<StreamReleases> {
  const stream = await openStream(address, options);
  const { documents, lacking } = await readStream(
    stream,
    ({ isIndex, products }) => isIndex || products.some((id) => id.includes(':server:')),
  );
  const [first] = lacking;
  if (documents.length === 0 && first !== undefined) throw first.error;
  return releasesIn(documents.flatMap(({ products }) => products));
}
