import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MirrorError } from '../../errors';
import { checkDigest, type Measured, measureBytes, measureFile, measureStream } from '../digest';
import { nameDiskFull } from '../durable';
import { checkFolder, checkKey, checkPrefix } from '../key';
import type { Body, Listed, ObjectBytes, ObjectHead, Store, WriteOptions, Written } from '../store';
import { S3Bucket, type S3BucketOptions } from './s3';
import { noObject } from './s3-failure';
import { checkWhole, otherObject, requireOneRequest } from './s3-refusals';
import type { Described, Found, Outcome } from './s3-request';

/**
 * A store in a bucket, or below a prefix of it, for any number of writers anywhere. Every object is uploaded in one request
 * with its SHA-256, which S3 checks and stores, so `head` returns a digest computed by S3. Conditional writes use S3's own
 * conditions; a write that succeeded although its response was lost is recognised by its digest.
 */
export class S3Store implements Store {
  readonly name: string;
  private readonly bucket: S3Bucket;

  /** @param address `s3://bucket` or `s3://bucket/prefix` @throws BadInput */
  constructor(address: string, options: S3BucketOptions = {}) {
    this.bucket = new S3Bucket(address, options);
    this.name = this.bucket.name;
  }

  /** Reads the whole object if S3 has no SHA-256 of it. */
  async head(key: string): Promise<ObjectHead | undefined> {
    const found = await this.bucket.head(key);
    return found && { key, ...(await this.measured(key, found)) };
  }

  async read(key: string): Promise<ObjectBytes | undefined> {
    return this.bucket.get(key);
  }

  /** Resumes after a lost connection, as long as the object has not changed. */
  async readTo(key: string, file: string): Promise<void> {
    const found = await this.bucket.head(key);
    if (found === undefined) throw noObject(this.bucket.url(key));
    try {
      await nameDiskFull(file, async () => {
        await using out = await open(file, 'w');
        const got = await measureStream(keptIn(out, this.bucket.pieces(key, found)));
        checkWhole(this.bucket.url(key), got, found);
      });
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    checkPrefix(prefix);
    for await (const one of this.bucket.listed(prefix)) if ('key' in one) yield one.key;
  }

  async folders(prefix: string): Promise<readonly string[]> {
    checkFolder(prefix);
    const names: string[] = [];
    for await (const one of this.bucket.listed(prefix, '/')) {
      if ('folder' in one) names.push(one.folder.slice(prefix.length, -1));
    }
    return names.sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  }

  async listing(prefix: string): Promise<ReadonlyMap<string, Listed>> {
    checkPrefix(prefix);
    const listing = new Map<string, Listed>();
    for await (const one of this.bucket.listed(prefix)) if ('key' in one) listing.set(one.key, one);
    return listing;
  }

  async create(key: string, body: Body, options: WriteOptions = {}): Promise<Written> {
    const url = this.bucket.url(key);
    const measured = Buffer.isBuffer(body) ? measureBytes(body) : await measureFile(body.file);
    checkDigest(url, measured, options.sha256);
    requireOneRequest(url, measured.size);
    const outcome = await this.bucket.put(key, body, measured, 'absent', described(options, forever));
    return this.createdBy(outcome, key, measured);
  }

  async replace(
    key: string,
    body: Buffer,
    { ifMatch, ...options }: WriteOptions & { readonly ifMatch?: string | null },
  ): Promise<Written> {
    const url = this.bucket.url(key);
    const measured = measureBytes(body);
    checkDigest(url, measured, options.sha256);
    const condition = typeof ifMatch === 'string' ? { tag: ifMatch } : ifMatch === null ? 'absent' : undefined;
    const outcome = await this.bucket.put(key, body, measured, condition, described(options, aMinute));
    if (!('lost' in outcome)) return { ...measured, tag: outcome.tag };

    const found = await this.bucket.head(key);
    if (outcome.wasTried && found?.sha256 === measured.sha256) return { ...measured, tag: found.tag };
    throw new MirrorError(
      'PreconditionFailed',
      `${url} is ${found?.tag ?? 'missing'}, expected ${ifMatch ?? 'missing'}`,
      { hint: 'another process changed it first; read it again and repeat the change', cause: outcome.lost },
    );
  }

  /** From a bucket, by a copy within S3 of exactly the bytes that were checked; from another store, through a local file. */
  async adopt(
    key: string,
    from: Store,
    fromKey: string,
    options: WriteOptions & { readonly sha256: string },
  ): Promise<Written> {
    checkKey(key);
    if (!(from instanceof S3Store)) return this.adoptFile(key, from, fromKey, options);
    const url = from.bucket.url(fromKey);
    const source = await from.bucket.head(fromKey);
    if (source === undefined) throw noObject(url);
    const measured = await from.measured(fromKey, source);
    checkDigest(url, measured, options.sha256);
    requireOneRequest(url, measured.size);

    const found = await this.bucket.head(key);
    if (found !== undefined) return this.same(key, found, measured);
    const outcome = await this.bucket.copy(key, from.bucket, fromKey, source, described(options, forever));
    return this.createdBy(outcome, key, measured, true);
  }

  async remove(key: string): Promise<void> {
    await this.bucket.remove(key);
  }

  /** Does nothing: a CloudFront function maps the paths of views to the pool. */
  async expose(_view: string, folder: string): Promise<void> {
    checkKey(folder);
  }

  private async adoptFile(
    key: string,
    from: Store,
    fromKey: string,
    options: WriteOptions & { readonly sha256: string },
  ): Promise<Written> {
    const folder = await mkdtemp(join(tmpdir(), 'adopt-'));
    try {
      const file = join(folder, 'object');
      await from.readTo(fromKey, file);
      return await this.create(key, { file }, options);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** @param look - check the object even if the write reports success */
  private async createdBy(outcome: Outcome, key: string, measured: Measured, look = false): Promise<Written> {
    if (!('lost' in outcome) && !look) return { ...measured, tag: outcome.tag };
    // The object is another writer's, or ours: from an earlier run, or from a try whose response was lost.
    const found = await this.bucket.head(key);
    if (found !== undefined) return this.same(key, found, measured);
    throw new MirrorError(
      'PreconditionFailed',
      `${this.bucket.url(key)} was removed, or its source changed, in the meantime`,
      {
        hint: 'run the command again',
        ...('lost' in outcome && { cause: outcome.lost }),
      },
    );
  }

  private async same(key: string, found: Found, wanted: Measured): Promise<Written> {
    const { sha256 } = await this.measured(key, found);
    if (sha256 === wanted.sha256) return { ...wanted, tag: found.tag };
    throw otherObject(this.bucket.url(key), sha256, wanted.sha256);
  }

  private async measured(key: string, found: Found): Promise<Measured> {
    const { size, sha256 } = found;
    return sha256 === undefined ? measureStream(this.bucket.pieces(key, found)) : { size, sha256 };
  }
}

/** Cache-Control of immutable and of mutable objects (design §5). */
const forever = 'public, max-age=31536000, immutable';
const aMinute = 'public, max-age=60';

function described({ cacheControl, contentType }: WriteOptions, otherwise: string): Described {
  return { CacheControl: cacheControl ?? otherwise, ContentType: contentType ?? 'application/octet-stream' };
}

async function* keptIn(out: FileHandle, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    await out.writeFile(piece);
    yield piece;
  }
}
