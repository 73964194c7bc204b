import { createHash } from 'node:crypto';
import type { RuleId } from '../rules';
import { inheritedDocument } from './inherited-documents';
import { readSigned } from './signed-text';
import { type Manifest, type StreamDocument, StreamFault } from './stream';
import { indexOf, lenientDocument, strictDocument } from './strict-documents';

/** Reads an address; undefined where nothing is there, as with 404. */
export type Fetch = (url: string) => Promise<Buffer | undefined>;

export interface ReaderOptions {
  readonly fetch: Fetch;
  /** Binary. */
  readonly keyring: Buffer;
}

/** How a model reads products documents. */
export type DocumentsAs = 'strict' | 'inherited';

/**
 * Reads streams through their signed files only, as MAAS does. It shares nothing with our own reader. What was verified once is
 * not verified again, so several models may share one.
 */
export class StreamReader {
  private readonly texts = new Map<string, Promise<unknown>>();
  private readonly documents = new Map<string, StreamDocument>();

  constructor(private readonly options: ReaderOptions) {}

  /** A file of a source; undefined where it is not there. */
  async file(source: string, path: string): Promise<Buffer | undefined> {
    return this.options.fetch(`${source}/${path}`);
  }

  /**
   * All documents of a source.
   * @throws StreamFault if MAAS could not read it
   */
  async manifest(source: string, how: DocumentsAs, without: ReadonlySet<RuleId>): Promise<Manifest> {
    const index = `${source}/streams/v1/index.sjson`;
    const documents: StreamDocument[] = [];
    for (const path of indexOf((await this.signed(index)).data, index)) {
      try {
        documents.push(await this.document(`${source}/${path}`, how, without));
      } catch (error) {
        if (!(error instanceof StreamFault && without.has('M2'))) throw error;
      }
    }
    if (documents.length === 0) throw new StreamFault(`${source}: no images`);
    return documents;
  }

  private async document(url: string, how: DocumentsAs, without: ReadonlySet<RuleId>): Promise<StreamDocument> {
    const { data, digest } = await this.signed(url);
    const key = [digest, how, ...without].join(' ');
    const known = this.documents.get(key) ?? documentAs(how, data, url, without);
    this.documents.set(key, known);
    return known;
  }

  private async signed(url: string): Promise<{ readonly data: unknown; readonly digest: string }> {
    const bytes = await this.options.fetch(url);
    if (bytes === undefined) throw new StreamFault(`${url}: 404`);
    const digest = sha256Of(bytes);
    const known = this.texts.get(digest) ?? readSigned(bytes, this.options.keyring, url);
    this.texts.set(digest, known);
    return { data: await known, digest };
  }
}

export const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

function documentAs(how: DocumentsAs, data: unknown, url: string, without: ReadonlySet<RuleId>): StreamDocument {
  if (how === 'inherited') return inheritedDocument(data, url, without);
  return without.has('M3') ? lenientDocument(data, url) : strictDocument(data, url);
}
