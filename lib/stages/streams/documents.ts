import { MirrorError, withoutPasswords } from '../../errors';
import {
  type ForeignDocument,
  type ForeignEntry,
  readForeignDocument,
} from '../../simplestreams/foreign/foreign-documents';
import type { Described } from '../../simplestreams/foreign/inherited';
import { foreignPathFault } from '../../simplestreams/foreign/path-fault';
import type { SignedStream } from './signed-stream';

/** The contents of a signed stream, as far as they were read. */
export interface StreamContents {
  readonly documents: readonly ProductsDocument[];
  /** Everything that its indexes name, including what was not read. */
  readonly entries: readonly ForeignEntry[];
  /** Documents that could not be read. */
  readonly lacking: readonly LackingDocument[];
}

export interface ProductsDocument {
  /** Its URL, for messages. */
  readonly name: string;
  readonly products: readonly Described[];
}

/** A document that could not be read. Whether that matters depends on what the other documents contain. */
export interface LackingDocument {
  readonly entry: ForeignEntry;
  /** NotReady: it is missing (404); BadFormat: it is signed, but a reader does not understand it; DownloadFailed */
  readonly error: MirrorError;
}

/**
 * Reads the documents of a stream, including those of indexes that its index names. Only signed documents are read.
 * @param mayMatter whether a document that an index names is worth reading
 * @throws DownloadFailed if there is no stream; BadFormat if its first document is invalid, or its indexes name too
 *   many others; BadSignature for any document
 */
export async function readStream(
  stream: SignedStream,
  mayMatter: (entry: ForeignEntry) => boolean,
): Promise<StreamContents> {
  const found = {
    documents: [] as ProductsDocument[],
    entries: [] as ForeignEntry[],
    lacking: [] as LackingDocument[],
  };
  const known = new Set([stream.start]);
  let waiting = take(await firstDocument(stream), stream.start);
  while (waiting.length > 0) {
    const below: ForeignEntry[] = [];
    for (const entry of waiting.filter(mayMatter)) {
      const url = stream.base + entry.path;
      if (known.has(url)) continue;
      known.add(url);
      if (known.size > mostDocuments) throw tooMany(stream);
      const document = await namedDocument(entry, stream);
      if (document instanceof MirrorError) found.lacking.push({ entry, error: document });
      else below.push(...take(document, url));
    }
    waiting = below;
  }
  return found;

  /** @returns the entries that it names */
  function take(document: ForeignDocument, url: string): readonly ForeignEntry[] {
    if (document.kind === 'products')
      found.documents.push({ name: withoutPasswords(url), products: document.products });
    else found.entries.push(...document.entries);
    return document.kind === 'products' ? [] : document.entries;
  }
}

/** Per stream; the largest known stream has a few dozen, of which a build reads two. */
const mostDocuments = 100;

async function firstDocument(stream: SignedStream): Promise<ForeignDocument> {
  const text = await stream.read(stream.start);
  if (text !== undefined) return readForeignDocument(text, withoutPasswords(stream.start));
  throw new MirrorError('DownloadFailed', `no stream at ${withoutPasswords(stream.start)} (404)`, {
    hint: 'give the address of a stream, such as https://cloud-images.ubuntu.com/daily/',
  });
}

async function namedDocument(entry: ForeignEntry, stream: SignedStream): Promise<ForeignDocument | MirrorError> {
  try {
    const url = documentUrl(entry, stream);
    const text = await stream.read(url);
    if (text === undefined) throw notThere(url);
    return readForeignDocument(text, withoutPasswords(url));
  } catch (error) {
    // Any other error, in particular a bad signature, is thrown.
    if (error instanceof MirrorError && passable.includes(error.name)) return error;
    throw error;
  }
}

const passable: readonly string[] = ['NotReady', 'BadFormat', 'DownloadFailed'];

/** Not with new URL(): it would take a name with a colon for a scheme. */
function documentUrl({ contentId, path }: ForeignEntry, stream: SignedStream): string {
  const fault = path.endsWith('.sjson') ? foreignPathFault(path) : 'is not signed (.sjson)';
  if (fault === undefined) return stream.base + path;
  throw new MirrorError(
    'BadFormat',
    `an index of ${withoutPasswords(stream.base)} lists ${contentId} with the path ${JSON.stringify(path)}, which ${fault}`,
    { hint: reportIt },
  );
}

const reportIt = 'report it to the publisher of the stream';

function notThere(url: string): MirrorError {
  return new MirrorError('NotReady', `${withoutPasswords(url)} is missing (404), but the index lists it`, {
    hint: 'upstream is mid-update; run the build again later',
  });
}

function tooMany(stream: SignedStream): MirrorError {
  return new MirrorError(
    'BadFormat',
    `the stream ${withoutPasswords(stream.base)} lists more than ${mostDocuments} documents to read`,
    {
      hint: `give the address of the document itself (…/streams/v1/….sjson), or ${reportIt}`,
    },
  );
}
