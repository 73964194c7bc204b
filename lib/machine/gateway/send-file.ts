import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

/** Sends a file from a source folder on this machine. The URL has been normalised and contains no `..`. */
export async function sendFile(target: URL, response: ServerResponse, method: 'GET' | 'HEAD'): Promise<void> {
  try {
    // fileURLToPath refuses an encoded slash.
    await using file = await open(fileURLToPath(target), constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile()) throw new Error('not a regular file');
    response.writeHead(200, { 'content-length': found.size, 'last-modified': found.mtime.toUTCString() });
    if (method === 'HEAD') response.end();
    else await pipeline(file.createReadStream({ autoClose: false, end: Math.max(found.size - 1, 0) }), response);
  } catch {
    // apt, which requested the file, reports what is missing.
    if (response.headersSent) response.destroy();
    else response.writeHead(404, { 'content-length': 0 }).end();
  }
}
