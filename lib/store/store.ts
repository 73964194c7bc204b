/* store: storage of mirrors and runs: immutable objects, and a few that are replaced. */

/**
 * Storage of a mirror or a run: a flat space of objects with keys such as `pool/noble/amd64/20261120/squashfs`.
 * An object is either immutable (written once by `create`, never changed) or one of the few mutable ones (`replace`).
 * test/store/contract.ts holds all implementations to the same behaviour.
 */
export interface Store {
  /** Names this store in messages: a path, or `s3://bucket`. */
  readonly name: string;

  /** Size and digest of an object; undefined if it does not exist. */
  head(key: string): Promise<ObjectHead | undefined>;

  /** The bytes of a small object, with the tag for `replace`; undefined if it does not exist. */
  read(key: string): Promise<ObjectBytes | undefined>;

  /** Copies a large object to a local file, completely, and checks its size. @throws NoSuchObject */
  readTo(key: string, file: string): Promise<void>;

  /** Every key under a prefix, sorted. */
  list(prefix: string): AsyncIterable<string>;

  /** Names of the folders directly under a prefix that is empty or ends in `/`, sorted; looks at nothing in them. */
  folders(prefix: string): Promise<readonly string[]>;

  /** Sizes and times of the objects under a prefix, by key; reads no object. */
  listing(prefix: string): Promise<ReadonlyMap<string, Listed>>;

  /**
   * Writes an immutable object (If-None-Match: *). Writing the same bytes again is allowed and does nothing.
   * @throws ObjectExists if it exists with other bytes; ChecksumMismatch if the body does not match `sha256`
   */
  create(key: string, body: Body, options?: WriteOptions): Promise<Written>;

  /**
   * Writes a mutable object. `ifMatch` is the tag from `read`, or null for "must not exist yet"; if undefined, writes
   * unconditionally.
   * @throws PreconditionFailed if the object has changed since
   */
  replace(key: string, body: Buffer, options: WriteOptions & { readonly ifMatch?: string | null }): Promise<Written>;

  /** Copies an object from another store, without going through memory if both are of the same kind. Otherwise like `create`. */
  adopt(
    key: string,
    from: Store,
    fromKey: string,
    options: WriteOptions & { readonly sha256: string },
  ): Promise<Written>;

  /** Removes an object, if it exists. */
  remove(key: string): Promise<void>;

  /**
   * Makes `pool/<folder>` readable as `<view>/<folder>`. A directory store creates a relative link; in S3 nothing is needed,
   * because a CloudFront function maps the paths.
   */
  expose(view: string, folder: string): Promise<void>;
}

export interface ObjectHead {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Hex digest of the whole object, computed by the store rather than the writer. */
  readonly sha256: string;
}

export interface Listed {
  /** Bytes. */
  readonly size: number;
  /** When this key got its bytes, which may be older themselves. S3 tells it to the second. */
  readonly written: Date;
}

export interface ObjectBytes {
  readonly bytes: Buffer;
  /** Opaque; changes with the content. */
  readonly tag: string;
}

/** Bytes, or the path of a local file. */
export type Body = Buffer | { readonly file: string };

export interface WriteOptions {
  /** Expected hex digest of the body. */
  readonly sha256?: string;
  /** @default immutable, a year; for `replace` a minute */
  readonly cacheControl?: string;
  readonly contentType?: string;
}

export interface Written {
  readonly size: number;
  readonly sha256: string;
  readonly tag: string;
}
