import type { IncomingHttpHeaders } from 'node:http';
import { type Part, partOf } from './range';

/** Validators by which clients recognise a file that they already have. */
export interface Validators {
  /** `"3e8-18c2f"`, as in the header; strong. */
  readonly etag: string;
  /** As in the header. @default - none: it changed so recently that it may change again within the same second */
  readonly lastModified: string | undefined;
}

/** @param mtime nanoseconds since 1970 */
export function validatorsOf(size: number, mtime: bigint, now: Date): Validators {
  const changed = Number(mtime / 1_000_000n);
  return {
    etag: `"${size.toString(16)}-${mtime.toString(16)}"`,
    lastModified: now.getTime() - changed < 2000 ? undefined : new Date(changed).toUTCString(),
  };
}

/** How to answer a request, by RFC 9110 §13.2.2: with the file, a part of it, or only a status. */
export type Answer = Part | { readonly status: 304 | 412 };

/**
 * @param headers of the request
 * @param size bytes
 */
export function answerTo(
  method: string,
  headers: IncomingHttpHeaders,
  { etag, lastModified }: Validators,
  size: number,
): Answer {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  const { 'if-unmodified-since': unmodified, 'if-modified-since': modified } = headers;
  if (match !== undefined && !isNamed(match, etag, false)) return { status: 412 };
  if (match === undefined && unmodified !== undefined && isDate(unmodified) && !isSameTime(unmodified, lastModified)) {
    return { status: 412 };
  }
  if (noneMatch !== undefined && isNamed(noneMatch, etag, true)) return { status: 304 };
  if (noneMatch === undefined && modified !== undefined && isSameTime(modified, lastModified)) return { status: 304 };
  const { range, 'if-range': condition } = headers;
  if (method !== 'GET' || range === undefined) return { status: 200 };
  if (condition !== undefined && condition !== etag && !isSameTime(String(condition), lastModified)) {
    return { status: 200 };
  }
  return partOf(range, size);
}

/** @param weakly whether a weak tag also counts: a proxy may have made ours weak */
function isNamed(header: string, etag: string, weakly: boolean): boolean {
  const tags = header.split(',').map((tag) => tag.trim());
  return tags.includes('*') || tags.includes(etag) || (weakly && tags.includes(`W/${etag}`));
}

/** Equal, and not merely later: a file restored from a backup is older than the one that it replaces. */
function isSameTime(header: string, lastModified: string | undefined): boolean {
  return lastModified !== undefined && Date.parse(header) === Date.parse(lastModified);
}

function isDate(header: string): boolean {
  return !Number.isNaN(Date.parse(header));
}
