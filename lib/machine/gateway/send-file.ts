import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

/** Answers with a file of this machine, which is in the folder of a source: its address has no way up in it any more. */
export async function sendFile(target: URL, response: ServerResponse, method: 'GET' | 'HEAD'): Promise<void> {
  try {
    // It refuses a slash that is written in hexadecimal.
    await using file = await open(fileURLToPath(target), constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile()) throw new Error('is no file');
    response.writeHead(200, { 'content-length': found.size, 'last-modified': found.mtime.toUTCString() });
    if (method === 'HEAD') response.end();
    else await pipeline(file.createReadStream({ autoClose: false, end: Math.max(found.size - 1, 0) }), response);
  } catch {
    // What is missing is said by apt, which has asked for it.
    if (response.headersSent) response.destroy();
    else response.writeHead(404, { 'content-length': 0 }).end();
  }
}
