import type { Listed } from '../store';

/** The result of a HEAD request. */
export interface Found {
  readonly size: number;
  readonly tag: string;
  /** Of the whole object, checked by S3; undefined if it was uploaded in parts or without a checksum. */
  readonly sha256: string | undefined;
}

export interface Described {
  readonly CacheControl: string;
  readonly ContentType: string;
}

/** The required tag, `absent`, or undefined for no condition. */
export type Condition = { readonly tag: string } | 'absent' | undefined;

/** A write that succeeded, or whose condition failed, possibly because an earlier try had succeeded without a response. */
export type Outcome = { readonly tag: string } | { readonly lost: Error; readonly wasTried: boolean };

export function conditionOf(condition: Condition): { IfMatch?: string; IfNoneMatch?: string } {
  if (condition === undefined) return {};
  return condition === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.tag };
}

/** The digest of an object uploaded in parts covers the parts' digests, and ends in their number. */
export function wholeDigest(base64: string | undefined): string | undefined {
  return base64 && /^[A-Za-z0-9+/]{43}=$/.test(base64) ? Buffer.from(base64, 'base64').toString('hex') : undefined;
}

/** An object under a prefix, or a folder, which ends in `/`. */
export type ListedKey = (Listed & { readonly key: string }) | { readonly folder: string };

/** S3 always says when; without a time, an object is a new one. */
export function listedAs({ Size: size = 0, LastModified: written = new Date() }: ListEntry): Listed {
  return { size, written };
}

/** As the SDK gives it. */
interface ListEntry {
  readonly Size?: number | undefined;
  readonly LastModified?: Date | undefined;
}
