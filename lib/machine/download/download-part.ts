import { type FileHandle, open, rm } from 'node:fs/promises';
import { MirrorError, withoutPasswords } from '../../errors';
import { digestOf } from '../digest';
import { nameDiskFull } from '../disk-full';
import type { Clock } from './clock';
import { connect, type Network } from './connections';
import { type Answer, get, piecesOf, Transient, uncached } from './http-request';
import { retrying } from './retry';
import { atLeastRate, leastRate } from './time-limit';

/** Expected digest and size of a file. */
export interface Promised {
  /** Lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

export interface PartOptions {
  readonly network: Network;
  readonly waits: readonly number[];
  readonly silenceMs: number;
  readonly clock: Clock;
  /** Called repeatedly with the number of bytes received and the total. */
  readonly onProgress?: (bytes: number, size: number) => void;
  /** Receives a message for each failure that is retried. */
  readonly retried?: (sentence: string) => void;
}

/**
 * Downloads the rest of a possibly incomplete file and verifies it. Removes a wrong file, keeps an incomplete one.
 * @throws NotReady, DownloadFailed, DiskFull
 */
export async function bringPart(url: string, part: string, promised: Promised, options: PartOptions): Promise<void> {
  const first = await complete(url, part, promised, options, {});
  if (await isRight(part, promised)) return;
  await rm(part);
  if (first.answers > 1) {
    // The pieces may be from different files: an old part, or the server's file changed between two responses.
    await complete(url, part, promised, options, uncached);
    if (await isRight(part, promised)) return;
    await rm(part);
  }
  throw notReady(url, `does not have the sha256 ${promised.sha256} listed in the stream`);
}

const isRight = async (part: string, { sha256 }: Promised) => (await digestOf(part)).sha256 === sha256;

/** Requests the rest until the file is complete. @returns the number of responses and earlier parts it consists of */
async function complete(
  url: string,
  part: string,
  { size }: Promised,
  { network, waits, silenceMs, clock, onProgress, retried }: PartOptions,
  headers: Readonly<Record<string, string>>,
): Promise<{ answers: number }> {
  await using connections = connect(network, silenceMs);
  await using file = await open(part, 'a');
  let there = (await file.stat()).size;
  if (there > size) there = await emptied(file);
  let answers = there > 0 ? 2 : 0; // the part may come from any number of responses
  let farthest = there;
  let before = there;
  let missing = 0;

  const askForRest = async (signal: AbortSignal, came: (bytes: number) => void) => {
    if (there === size) return;
    const answer = await ask(
      url,
      { ...connections, signal },
      there,
      missing > 0 ? { ...headers, ...uncached } : headers,
    );
    if (answer.status === 404) {
      answer.body.on('error', () => {}).destroy();
      missing++;
      const failure = notReady(url, 'is missing (404) although the stream lists it');
      throw missing === 1 ? new Transient(failure) : failure;
    }
    answers++;
    const start = startOf(answer, url, size);
    if (start !== there) {
      there = await emptied(file);
      answers = 1;
      if (start !== 0) throw startAgain(url, answer);
    }
    for await (const piece of piecesOf(answer, url)) {
      if (there + piece.length > size) throw notReady(url, `is longer than the ${size} bytes listed in the stream`);
      await nameDiskFull(part, () => file.appendFile(piece));
      there += piece.length;
      came(piece.length);
      farthest = Math.max(farthest, there);
      onProgress?.(there, size);
    }
    if (there < size) throw new Transient(failed(url, `sent ${there} of ${size} bytes`));
  };
  const hasProgress = () => {
    const yes = farthest > before;
    before = farthest;
    return yes;
  };
  await atLeastRate(
    clock,
    leastRate,
    (bytes) => tooSlow(url, bytes),
    (signal, came) =>
      retrying(() => askForRest(signal, came), { waits, hasProgress, signal, ...(retried && { retried }) }),
  );
  return { answers };
}

function ask(
  url: string,
  connections: Parameters<typeof get>[1],
  there: number,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const range: Record<string, string> = there > 0 ? { range: `bytes=${there}-` } : {};
  return get(url, connections, [200, 206, 404, 416], { ...headers, ...range });
}

/**
 * Offset in the file of a response's bytes: a server may send the whole file in response to a range request. NaN if it
 * has no such range (416).
 * @throws NotReady if the file does not have the expected size
 */
function startOf({ status, headers, body }: Answer, url: string, size: number): number {
  const [, start, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
  const length = status === 200 ? headers['content-length'] : total;
  if (length !== undefined && length !== '*' && Number(length) !== size) {
    body.on('error', () => {}).destroy();
    throw notReady(url, `has ${length} bytes, but the stream lists ${size}`);
  }
  return status === 200 ? 0 : Number(start);
}

function startAgain(url: string, { status, body }: Answer): Transient {
  body.on('error', () => {}).destroy();
  return new Transient(failed(url, `returned ${status} to a request for the rest`));
}

async function emptied(file: FileHandle): Promise<0> {
  await file.truncate(0);
  return 0;
}

function notReady(url: string, what: string): MirrorError {
  return new MirrorError('NotReady', `${withoutPasswords(url)} ${what}`, {
    hint: 'upstream is mid-update, or a proxy changed the file; run the build again later',
  });
}

function failed(url: string, what: string): MirrorError {
  return new MirrorError('DownloadFailed', `${withoutPasswords(url)} ${what}`, {
    hint: 'the connection was interrupted; run the command again to resume the download',
  });
}

function tooSlow(url: string, bytes: number): MirrorError {
  return new MirrorError('DownloadFailed', `${withoutPasswords(url)} sent ${bytes} bytes in 5 minutes`, {
    hint: 'the server or the network is too slow; run the command again later to resume the download',
  });
}
