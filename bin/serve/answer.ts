import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { answerTo, validatorsOf } from './conditions';
import { type ServedFile, servedFile } from './served-file';

/** Answers one request from a mirror. @param root - its real path */
export async function answer(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '', headers } = request;
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return endWith(response, 405);
  }
  await using file = await servedFile(root, url);
  if (file === undefined) return endWith(response, 404);

  const validators = validatorsOf(file.size, file.mtime, new Date());
  const decided = answerTo(method, headers, validators, file.size);
  if (decided.status === 412) return endWith(response, 412);
  const { etag, lastModified } = validators;
  const known = {
    ETag: etag,
    ...(lastModified && { 'Last-Modified': lastModified }),
    'Cache-Control': file.cacheControl,
  };
  if (decided.status === 304) return void response.writeHead(304, known).end();
  if (decided.status === 416) return endWith(response, 416, { 'Content-Range': `bytes */${file.size}` });

  const [start, end] = decided.status === 206 ? [decided.start, decided.end] : [0, file.size - 1];
  response.writeHead(decided.status, {
    ...known,
    'Content-Type': file.contentType,
    'Content-Length': end - start + 1,
    'Accept-Ranges': 'bytes',
    ...(decided.status === 206 && { 'Content-Range': `bytes ${start}-${end}/${file.size}` }),
  });
  if (method === 'HEAD' || end < start) return void response.end();
  await send(file, start, end, response);
}

/** Sends the file that was opened, even if it has been replaced since. If it cannot be read, the response is cut short. */
async function send({ handle }: ServedFile, start: number, end: number, response: ServerResponse): Promise<void> {
  try {
    await pipeline(handle.createReadStream({ start, end, autoClose: false, highWaterMark: 256 * 1024 }), response);
  } catch {
    response.destroy(); // the client went away, or the disk fails: no error can be sent any more
  }
}

export function endWith(response: ServerResponse, status: number, headers: OutgoingHttpHeaders = {}): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { ...headers, 'Content-Length': 0 }).end();
}
