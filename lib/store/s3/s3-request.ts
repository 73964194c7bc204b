/** What HEAD tells. */
export interface Found {
  readonly size: number;
  readonly tag: string;
  /** Of the whole object, as S3 has checked it; undefined where it was uploaded in parts, or by who sent none. */
  readonly sha256: string | undefined;
}

export interface Described {
  readonly CacheControl: string;
  readonly ContentType: string;
}

/** A tag that must be there, `absent`, or undefined for whatever lies there. */
export type Condition = { readonly tag: string } | 'absent' | undefined;

/** A write that was done, or that lost: its condition does not hold, if only because an earlier try was done unseen. */
export type Outcome = { readonly tag: string } | { readonly lost: Error; readonly wasTried: boolean };

export function conditionOf(condition: Condition): { IfMatch?: string; IfNoneMatch?: string } {
  if (condition === undefined) return {};
  return condition === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.tag };
}

/** One of an object in parts is of their digests, and ends in their number. */
export function wholeDigest(base64: string | undefined): string | undefined {
  return base64 && /^[A-Za-z0-9+/]{43}=$/.test(base64) ? Buffer.from(base64, 'base64').toString('hex') : undefined;
}
