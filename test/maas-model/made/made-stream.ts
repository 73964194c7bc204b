import { rfc2822, writeJson } from '../../../lib/simplestreams/json';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { type Fetch, StreamReader, sha256Of } from '../reading/stream-reader';

/** Any JSON: a test may make what MAAS cannot read. */
export type Json = Readonly<Record<string, unknown>>;

/** What a document of a test has. */
export interface MadeDocument {
  readonly products: Json;
  /** @default a minute after the last publication */
  readonly updated?: Date;
  /** More fields of the document, or others instead. */
  readonly fields?: Json;
  /** Left unsigned. @default false */
  readonly unsigned?: boolean;
}

/** Files of a version: what each is made of, by the name of the item. Equal words are equal bytes. */
export type Words = Readonly<Record<string, string>>;

/** Streams at addresses below http://mirror/, in memory: signed and laid out as MAAS wants them, unless a test does not. */
export class MadeStream {
  /** By address. */
  readonly objects = new Map<string, Buffer>();
  /** Addresses that were asked for, in order. */
  readonly fetched: string[] = [];
  private time = Date.parse('2026-11-20T08:00:00Z');

  constructor(readonly signer: Signer) {}

  readonly fetch: Fetch = async (url) => {
    this.fetched.push(url);
    return this.objects.get(url);
  };

  reader(): StreamReader {
    return new StreamReader({ fetch: this.fetch, keyring: this.signer.keyring });
  }

  /** Publishes documents, by content id, instead of those that are there. */
  async publish(view: string, documents: Readonly<Record<string, MadeDocument>>): Promise<void> {
    this.time += 60_000;
    const entries = Object.entries(documents).map(async ([id, document]) => {
      const updated = rfc2822(document.updated ?? new Date(this.time));
      const { products, fields, unsigned } = document;
      const path = `streams/v1/${id}.sjson`;
      const text = writeJson({ content_id: id, datatype: 'image-downloads', updated, products, ...fields });
      this.objects.set(`http://mirror/${view}/${path}`, Buffer.from(unsigned ? text : await this.signed(text)));
      return [id, { path, updated, products: Object.keys(products) }] as const;
    });
    const index = Object.fromEntries(await Promise.all(entries));
    const text = writeJson({ format: 'index:1.0', index, updated: rfc2822(new Date(this.time)) });
    this.objects.set(`http://mirror/${view}/streams/v1/index.sjson`, Buffer.from(await this.signed(text)));
  }

  /** A version with files of the words, below a folder of the view. */
  version(view: string, folder: string, words: Words, more: Json = {}): Json {
    const items = Object.entries(words).map(([name, word]) => {
      const bytes = Buffer.from(word.padEnd(100, '.'));
      const path = `${folder}/${name}`;
      this.objects.set(`http://mirror/${view}/${path}`, bytes);
      const ftype = name.endsWith('.tar.xz') ? 'archive.tar.xz' : name;
      return [name.replace(/\.tar\.xz$/, ''), { ftype, path, sha256: sha256Of(bytes), size: bytes.length, ...more }];
    });
    return { items: Object.fromEntries(items) };
  }

  private signed(text: string): Promise<string> {
    const key = `${this.signer.fingerprint} ${this.time} ${text}`;
    const known = signedTexts.get(key) ?? this.signer.clearsign(text, new Date(this.time));
    signedTexts.set(key, known);
    return known;
  }
}

/** Tests make the same streams again and again, with and without a rule. */
const signedTexts = new Map<string, Promise<string>>();
