import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { MirrorError } from '../../../lib/errors';
import { measureBytes } from '../../../lib/store/digest';
import { checkFolder, checkKey, checkPrefix } from '../../../lib/store/key';
import type { Body, Listed, ObjectBytes, ObjectHead, Store, WriteOptions, Written } from '../../../lib/store/store';

/** A store that is a map: for tests that run thousands of calls. */
export class MemoryStore implements Store {
  readonly name = 'memory';
  readonly objects: Map<string, Buffer>;
  private readonly written = new Map<string, Date>();
  readonly clock: () => Date;

  constructor(objects: ReadonlyMap<string, Buffer> = new Map(), now = () => new Date()) {
    this.objects = new Map(objects);
    this.clock = now;
  }

  /** Of what is there now. */
  copy(): MemoryStore {
    const copy = new MemoryStore(this.objects, this.clock);
    for (const [key, time] of this.written) copy.written.set(key, time);
    return copy;
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    checkKey(key);
    const bytes = this.objects.get(key);
    return bytes && { key, ...measureBytes(bytes) };
  }

  async read(key: string): Promise<ObjectBytes | undefined> {
    checkKey(key);
    const bytes = this.objects.get(key);
    return bytes && { bytes, tag: measureBytes(bytes).sha256 };
  }

  async readTo(key: string, file: string): Promise<void> {
    await writeFile(file, await this.bytesOf(key));
  }

  async *list(prefix: string): AsyncIterable<string> {
    checkPrefix(prefix);
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix));
    yield* keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  async folders(prefix: string): Promise<readonly string[]> {
    checkFolder(prefix);
    const below = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
    const names = new Set(below.filter((key) => key.includes('/')).map((key) => key.slice(0, key.indexOf('/'))));
    return [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  async listing(prefix: string): Promise<ReadonlyMap<string, Listed>> {
    checkPrefix(prefix);
    const found = [...this.objects].filter(([key]) => key.startsWith(prefix));
    return new Map(
      found.map(([key, { length: size }]) => [key, { size, written: this.written.get(key) ?? this.clock() }]),
    );
  }

  async create(key: string, body: Body, options: WriteOptions = {}): Promise<Written> {
    checkKey(key);
    const bytes = Buffer.isBuffer(body) ? Buffer.from(body) : readFileSync(body.file);
    checkDigest(key, bytes, options);
    const there = this.objects.get(key);
    if (there !== undefined && !there.equals(bytes)) {
      throw new MirrorError('ObjectExists', `${key} is already ${measureBytes(there).sha256}`);
    }
    return there === undefined ? this.put(key, bytes) : writtenAs(bytes);
  }

  async replace(
    key: string,
    body: Buffer,
    options: WriteOptions & { readonly ifMatch?: string | null },
  ): Promise<Written> {
    checkKey(key);
    checkDigest(key, body, options);
    const there = this.objects.get(key);
    const tag = there === undefined ? null : measureBytes(there).sha256;
    if (options.ifMatch !== undefined && options.ifMatch !== tag) {
      throw new MirrorError('PreconditionFailed', `${key} is ${tag}, not ${options.ifMatch}`);
    }
    return this.put(key, Buffer.from(body));
  }

  async adopt(
    key: string,
    from: Store,
    fromKey: string,
    options: WriteOptions & { readonly sha256: string },
  ): Promise<Written> {
    const found = await from.read(fromKey);
    if (found === undefined) throw new MirrorError('NoSuchObject', `${fromKey} is not there`);
    return this.create(key, found.bytes, options);
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    this.objects.delete(key);
  }

  async expose(): Promise<void> {}

  private put(key: string, bytes: Buffer): Written {
    this.objects.set(key, bytes);
    this.written.set(key, this.clock());
    return writtenAs(bytes);
  }

  private async bytesOf(key: string): Promise<Buffer> {
    const found = await this.read(key);
    if (found === undefined) throw new MirrorError('NoSuchObject', `${key} is not there`);
    return found.bytes;
  }
}

function writtenAs(bytes: Buffer): Written {
  const measured = measureBytes(bytes);
  return { ...measured, tag: measured.sha256 };
}

function checkDigest(key: string, bytes: Buffer, { sha256 }: WriteOptions): void {
  const seen = measureBytes(bytes).sha256;
  if (sha256 === undefined || sha256 === seen) return;
  throw new MirrorError('ChecksumMismatch', `${key} would have sha256 ${seen}, not ${sha256}`);
}
