/* store/http: a read-only store over HTTP. */

import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { MirrorError } from '../../errors';
import { ambiguousRule, isAmbiguous, shownAddress } from '../../given-address';
import { unescaped } from '../../unescaped';
import { measureBytes, measureStream } from '../digest';
import { nameDiskFull } from '../durable';
import { checkKey } from '../key';
import type { Listed, ObjectBytes, ObjectHead, Store, Written } from '../store';
import { bodyOf, type HttpBody, requestBody } from './http-body';
import { systemClock, type WatchClock } from './http-watch';

export interface HttpStoreOptions {
  /** Longest time without any bytes, in milliseconds. @default 60000 */
  readonly silenceMs?: number;
  /** Maximum bytes of a document, and of an index. @default 256 MiB, 16 MiB */
  readonly most?: number;
  readonly mostOfIndex?: number;
  /** @default - this machine's */
  readonly clock?: WatchClock;
}

/** Longest time to read a document, in milliseconds. */
const documentMs = 600_000;

/** A mirror over http or https, as machines read it. User name and password in the address are sent, but never shown. */
export class HttpStore implements Store {
  readonly name: string;
  private readonly base: URL;
  private readonly headers: Record<string, string>;

  /** @throws BadInput if the address is not valid */
  constructor(
    address: string,
    private readonly options: HttpStoreOptions = {},
  ) {
    const url = parse(address);
    this.headers = { 'Accept-Encoding': 'identity', ...authorisationOf(url) };
    this.base = new URL(`${url.protocol}//${url.host}${url.pathname.replace(/\/*$/, '/')}`);
    this.name = this.base.href;
  }

  /** Downloads the object to measure it: HTTP headers contain no reliable digest. */
  async head(key: string): Promise<ObjectHead | undefined> {
    const body = await this.open(key);
    return body && { key, ...(await measureStream(bodyOf(body))) };
  }

  async read(key: string): Promise<ObjectBytes | undefined> {
    const body = await this.open(key, documentMs);
    if (body === undefined) return undefined;
    const pieces: Uint8Array[] = [];
    for await (const piece of bodyOf(body, this.mostOf(key))) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    return { bytes, tag: measureBytes(bytes).sha256 };
  }

  async readTo(key: string, file: string): Promise<void> {
    const body = await this.open(key);
    if (body === undefined) {
      throw new MirrorError('NoSuchObject', `${this.url(key)} does not exist (404)`, {
        hint: 'run `maas-mirror verify` to list everything that is missing',
      });
    }
    try {
      await nameDiskFull(file, () => pipeline(bodyOf(body), createWriteStream(file)));
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
  }

  // biome-ignore lint/correctness/useYield: an iterable that always throws
  async *list(prefix: string): AsyncIterable<string> {
    throw this.notSupported('list', prefix);
  }

  async folders(prefix: string): Promise<readonly string[]> {
    throw this.notSupported('list', prefix);
  }

  async listing(prefix: string): Promise<ReadonlyMap<string, Listed>> {
    throw this.notSupported('list', prefix);
  }

  async create(key: string): Promise<Written> {
    throw this.notSupported('write', key);
  }

  async replace(key: string): Promise<Written> {
    throw this.notSupported('write', key);
  }

  async adopt(key: string): Promise<Written> {
    throw this.notSupported('write', key);
  }

  async remove(key: string): Promise<void> {
    throw this.notSupported('remove', key);
  }

  async expose(view: string, folder: string): Promise<void> {
    throw this.notSupported('write', `${view}/${folder}`);
  }

  private open(key: string, wholeMs?: number): Promise<HttpBody | undefined> {
    const { silenceMs = 60_000, clock = systemClock } = this.options;
    const pace = wholeMs === undefined ? { silenceMs } : { silenceMs, wholeMs };
    return requestBody(this.url(key), this.headers, pace, clock);
  }

  /** Limits the length, because nothing is verified before it is downloaded. */
  private mostOf(key: string): number {
    const { most = 256 * mebibyte, mostOfIndex = 16 * mebibyte } = this.options;
    return /(?:^|\/)index\.s?json$|\.gpg$/.test(key) ? mostOfIndex : most;
  }

  private url(key: string): string {
    checkKey(key);
    return new URL(key.split('/').map(encodeURIComponent).join('/'), this.base).href;
  }

  private notSupported(verb: string, what: string): MirrorError {
    return new MirrorError('NotSupported', `${this.name} is read-only (HTTP): cannot ${verb} ${JSON.stringify(what)}`, {
      hint: 'give the folder that the server serves',
      misuse: true,
    });
  }
}

const mebibyte = 1024 * 1024;

function parse(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const rule = isAmbiguous(address) ? ambiguousRule : 'is not an http or https URL';
  if ((url?.protocol === 'http:' || url?.protocol === 'https:') && !isAmbiguous(address)) return url;
  throw new MirrorError('BadInput', `${shownAddress(address)} ${rule}`, {
    hint: 'give a URL such as http://10.0.0.2:8080/',
    misuse: true,
  });
}

function authorisationOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const credentials = unescaped(`${username}:${password}`);
  return { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}
