import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { immutableCacheControl, mutableCacheControl } from '../../lib/job/layout';

/** A file of a mirror that may be served, open until the end of its scope. */
export interface ServedFile extends AsyncDisposable {
  readonly handle: FileHandle;
  /** Bytes. */
  readonly size: number;
  /** Modification time, in nanoseconds since 1970. */
  readonly mtime: bigint;
  readonly contentType: string;
  readonly cacheControl: string;
}

/**
 * The file that a request names; `/` is the front page.
 * @param root - real path of the mirror
 * @returns undefined if it is not a readable file, is outside the mirror, or has a part that begins with a dot
 */
export async function servedFile(root: string, url: string): Promise<ServedFile | undefined> {
  const key = keyOf(url);
  if (key === undefined || !isPlain(key)) return undefined;
  try {
    const path = await realpath(join(root, key));
    return isPlain(relative(root, path)) ? await openFile(path, key) : undefined;
  } catch (error) {
    if (unreadable.includes(String((error as NodeJS.ErrnoException).code))) return undefined;
    throw error;
  }
}

async function openFile(path: string, key: string): Promise<ServedFile | undefined> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK); // a FIFO would wait for a writer
  const close = () => handle.close();
  const there = await handle.stat({ bigint: true });
  if (!there.isFile()) {
    await close();
    return undefined;
  }
  const headers = { contentType: contentTypeOf(key), cacheControl: cacheControlOf(key) };
  return { handle, size: Number(there.size), mtime: there.mtimeNs, ...headers, [Symbol.asyncDispose]: close };
}

/** The path may follow scheme and host, as forward proxies send it (RFC 9112 §3.2.2). Slashes are merged, as web servers do. */
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

const unreadable = ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG', 'ENXIO'];

export function contentTypeOf(key: string): string {
  return contentTypes[extname(key)] ?? 'application/octet-stream';
}

const contentTypes: Record<string, string> = {
  '.json': 'application/json',
  '.sjson': 'text/plain; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
};

/** As for objects in S3: an index, a keyring or a signature can be rewritten. */
export function cacheControlOf(key: string): string {
  const isMutable = /^(index|keyring)\./.test(basename(key)) || key.endsWith('.json.gpg');
  return isMutable ? mutableCacheControl : immutableCacheControl;
}
