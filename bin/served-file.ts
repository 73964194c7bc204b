import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { immutableCacheControl, mutableCacheControl } from '../lib/job/layout';

/** A file of a mirror that may be served. */
export interface ServedFile {
  /** Below the root, symbolic links followed. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
  readonly cacheControl: string;
}

/**
 * The file that a request means; `/` means the front page.
 * @param root - its real path
 * @returns undefined for what is no readable file, lies outside or has a part that begins with a dot
 */
export async function servedFile(root: string, url: string): Promise<ServedFile | undefined> {
  const key = keyOf(url);
  if (key === undefined || !isPlain(key)) return undefined;
  const file = await readableFile(join(root, key));
  if (file === undefined) return undefined;
  const path = relative(root, file.path);
  if (!isPlain(path)) return undefined;
  return { path, size: file.size, contentType: contentTypeOf(key), cacheControl: cacheControlOf(key) };
}

/**
 * The Range header in a form that sirv understands: it ends the process on `5-2`, and takes the last three bytes, `-3`,
 * for the first four.
 * @returns undefined where the whole file is to be sent, which HTTP always allows (RFC 9110 §14.2): for several ranges,
 * for senseless ones, and for the first byte alone, which sirv cannot send
 */
export function rangeFor(header: string | undefined, size: number): string | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') return `bytes=${Math.max(0, size - Number(last))}-`;
  if (last === '') return `bytes=${first}-`;
  const end = Math.min(Number(last), size - 1);
  return Number(last) < Number(first) || (end === 0 && size > 1) ? undefined : `bytes=${first}-${end}`;
}

/** The path may follow scheme and host (RFC 9112 §3.2.2: forward proxies send it so), and slashes are merged, as web servers do. */
function keyOf(url: string): string | undefined {
  const [whole = ''] = url.split('?');
  const path = whole.replace(/^https?:\/\/[^/]*(?=\/|$)/i, '').replace(/\/{2,}/g, '/') || '/';
  if (!path.startsWith('/')) return undefined;
  try {
    return path === '/' ? 'index.html' : decodeURIComponent(path.slice(1));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function isPlain(path: string): boolean {
  return !path.includes('\0') && path.split('/').every((part) => part !== '' && !part.startsWith('.'));
}

async function readableFile(path: string): Promise<{ path: string; size: number } | undefined> {
  try {
    const real = await realpath(path);
    const there = await stat(real);
    await access(real, constants.R_OK);
    return there.isFile() ? { path: real, size: there.size } : undefined;
  } catch (error) {
    if (unreadable.includes(String((error as NodeJS.ErrnoException).code))) return undefined;
    throw error;
  }
}

const unreadable = ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG'];

export function contentTypeOf(key: string): string {
  return contentTypes[extname(key)] ?? 'application/octet-stream';
}

const contentTypes: Record<string, string> = {
  '.json': 'application/json',
  '.sjson': 'text/plain; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
};

/** As the cloud's objects have it: an index, a keyring or a signature can be written again. */
export function cacheControlOf(key: string): string {
  const isMutable = /^(index|keyring)\./.test(basename(key)) || key.endsWith('.json.gpg');
  return isMutable ? mutableCacheControl : immutableCacheControl;
}
