import { MirrorError, withoutPasswords } from '../../errors';
import { documentPathFault } from '../../simplestreams/cloud-images';
import { readForeignDocument } from '../../simplestreams/foreign-documents';
import { releasesIn, type StreamReleases } from '../../simplestreams/releases/stream-release';
import { openStream, type SignedStream, type StreamOptions } from '../signed-stream';

/**
 * What a signed stream of cloud images says of releases.
 * @throws BadSignature, BadFormat, DownloadFailed
 */
export async function streamReleases(address: string, options: StreamOptions): Promise<StreamReleases> {
  const stream = await openStream(address, options);
  return releasesIn(await productsOf(stream));
}

async function productsOf(stream: SignedStream): Promise<Record<string, unknown>> {
  const first = readForeignDocument(await textAt(stream.start, stream), withoutPasswords(stream.start));
  if (first.kind === 'products') return first.products;
  const products: Record<string, unknown> = Object.create(null);
  for (const { path, products: ids } of first.entries) {
    if (!path.endsWith('.sjson') || !ids.some((id) => id.includes(':server:'))) continue;
    const fault = documentPathFault(path);
    if (fault !== undefined) {
      throw new MirrorError(
        'BadFormat',
        `${withoutPasswords(stream.start)} names the path ${JSON.stringify(path)}, which ${fault}`,
        {
          hint: 'report it to whoever publishes the stream',
        },
      );
    }
    const url = stream.base + path;
    const document = readForeignDocument(await textAt(url, stream), withoutPasswords(url));
    if (document.kind === 'products') Object.assign(products, document.products);
  }
  return products;
}

async function textAt(url: string, stream: SignedStream): Promise<string> {
  const text = await stream.read(url);
  if (text !== undefined) return text;
  throw new MirrorError('DownloadFailed', `${withoutPasswords(url)} is not there (404)`, {
    hint: 'the address of a stream is like https://cloud-images.ubuntu.com/daily/',
  });
}
