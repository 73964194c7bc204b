/* store: where mirrors and runs are stored: immutable objects and the few that are replaced. */

/**
 * Where a mirror or a run lies: a flat space of objects with keys like `pool/noble/amd64/20261120/squashfs`.
 * An object is either immutable (written once by `create`, never changed) or one of the few mutable ones (`replace`).
 * Implementations behave the same under test/store/contract.ts.
 */
export interface Store {
  /** How messages name this store: a path, or `s3://bucket`. */
  readonly name: string;

  /** What is known of an object without reading it to the caller, or undefined where there is none. */
  head(key: string): Promise<ObjectHead | undefined>;

  /** The bytes of a small object, with the tag that `replace` wants, or undefined where there is none. */
  read(key: string): Promise<ObjectBytes | undefined>;

  /** Brings a large object to a local file, whole and checked against its size. @throws NoSuchObject */
  readTo(key: string, file: string): Promise<void>;

  /** Every key under a prefix, sorted. */
  list(prefix: string): AsyncIterable<string>;

  /**
   * Writes an immutable object (If-None-Match: *). Writing the same bytes again is allowed and does nothing.
   * @throws ObjectExists where other bytes lie there; ChecksumMismatch where the body is not what `sha256` promises
   */
  create(key: string, body: Body, options?: WriteOptions): Promise<Written>;

  /**
   * Writes a mutable object. `ifMatch` is the tag that `read` gave, or null for "must not exist yet"; undefined
   * writes whatever lies there.
   * @throws PreconditionFailed where the object has changed since
   */
  replace(key: string, body: Buffer, options: WriteOptions & { readonly ifMatch?: string | null }): Promise<Written>;

  /** Takes an object over from another store of the same kind without a copy through memory; else like `create`. */
  adopt(
    key: string,
    from: Store,
    fromKey: string,
    options: WriteOptions & { readonly sha256: string },
  ): Promise<Written>;

  /** Removes an object; one that is not there is no error. */
  remove(key: string): Promise<void>;

  /**
   * Makes `pool/<folder>` readable as `<view>/<folder>`. A directory makes a relative link; behind CloudFront a
   * function maps the paths and nothing is to do.
   */
  expose(view: string, folder: string): Promise<void>;
}

export interface ObjectHead {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Hex digest of the whole object, computed by the store, not by the writer. */
  readonly sha256: string;
}

export interface ObjectBytes {
  readonly bytes: Buffer;
  /** Opaque; changes with the content. */
  readonly tag: string;
}

/** Bytes, or the path of a local file. */
export type Body = Buffer | { readonly file: string };

export interface WriteOptions {
  /** Hex digest that the body must have. */
  readonly sha256?: string;
  /** @default immutable, a year; a minute for what `replace` writes */
  readonly cacheControl?: string;
  readonly contentType?: string;
}

export interface Written {
  readonly size: number;
  readonly sha256: string;
  readonly tag: string;
}
