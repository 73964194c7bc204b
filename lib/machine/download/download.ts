/* machine/download: downloads over HTTP: proxies, retries, limits. */

import { constants, copyFile, link, mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { MirrorError, withoutPasswords } from '../../errors';
import { digestOf } from '../digest';
import { nameDiskFull } from '../disk-full';
import { lockFile } from '../file-lock';
import { type Clock, machineClock } from './clock';
import { connect, type Network } from './connections';
import { bringPart, type PartOptions, type Promised } from './download-part';
import { type Answer, get, piecesOf, Transient, uncached } from './http-request';
import { defaultWaits, retrying } from './retry';
import { withinTime } from './time-limit';

const defaultSilenceMs = 60_000;

export interface RequestOptions {
  /** Milliseconds between tries. @default defaultWaits */
  readonly waits?: readonly number[];
  /** Maximum time without data, in milliseconds. @default 60000 */
  readonly silenceMs?: number;
  /** Maximum number of redirections. @default 5 */
  readonly redirections?: number;
  /** Maximum size of a document in bytes. @default 256 MiB, several times Ubuntu's largest */
  readonly most?: number;
  /** @default - this machine's */
  readonly clock?: Clock;
  /** Whether to retry once after a 404, since a file may be missing briefly during an update. @default false */
  readonly insist?: boolean;
  /** Receives a message for each failure that is retried. @default - not reported */
  readonly retried?: (sentence: string) => void;
}

/** Maximum total time for a document, including retries. */
const documentMilliseconds = 600_000;

/**
 * Reads a small document.
 * @returns undefined if the server does not have it (404)
 * @throws DownloadFailed with the URL and the reason
 */
export async function readUrl(
  url: string,
  network: Network,
  options: RequestOptions = {},
): Promise<Buffer | undefined> {
  const { waits = defaultWaits, silenceMs = defaultSilenceMs, most = 256 * 1024 * 1024 } = options;
  await using connections = connect(network, silenceMs, options.redirections);
  let missing = 0;
  const read = (signal: AbortSignal) =>
    retrying(
      async () => {
        const headers = missing > 0 ? uncached : {};
        const answer = await get(url, { ...connections, signal }, [200, 404], headers);
        if (answer.status !== 404) return await wholeOf(answer, url, most);
        answer.body.on('error', () => {}).destroy();
        missing++;
        if (options.insist && missing === 1 && waits.length > 0) throw new Transient(notThere(url));
        return undefined;
      },
      { waits, signal, ...(options.retried && { retried: options.retried }) },
    );
  // awaited, because the connections close when this function returns
  return await withinTime(options.clock ?? machineClock, documentMilliseconds, () => tooLong(url), read);
}

function notThere(url: string): MirrorError {
  return new MirrorError('DownloadFailed', `${withoutPasswords(url)} not found (404)`);
}

function tooLong(url: string): MirrorError {
  return new MirrorError('DownloadFailed', `${withoutPasswords(url)} was not downloaded within 10 minutes`, {
    hint: 'the server or the network is too slow; run the command again later',
  });
}

async function wholeOf(answer: Answer, url: string, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of piecesOf(answer, url)) {
    pieces.push(piece);
    size += piece.length;
    if (size > most) {
      throw new MirrorError('DownloadFailed', `${withoutPasswords(url)} is longer than ${most} bytes`, {
        hint: 'no document of this kind is that long; check the URL',
      });
    }
  }
  return Buffer.concat(pieces);
}

export interface DownloadOptions extends RequestOptions, Pick<PartOptions, 'onProgress'> {
  readonly network: Network;
  /**
   * Folder of files named by sha256, shared between builds. Incomplete downloads are kept there for the next build.
   * @default - none: incomplete downloads are kept next to the file
   */
  readonly cache?: string;
}

/**
 * Downloads a large file and verifies its size and sha256. Resumes interrupted downloads, even in another process. The
 * file appears only when complete; with a cache it may be a hard link to the cached file, so do not change it.
 * @throws NotReady if the server does not have that file (yet); DownloadFailed, DiskFull
 */
export async function download(
  url: string,
  file: string,
  promised: Promised,
  {
    network,
    cache,
    waits = defaultWaits,
    silenceMs = defaultSilenceMs,
    clock = machineClock,
    onProgress,
    retried,
  }: DownloadOptions,
): Promise<void> {
  const options = { network, waits, silenceMs, clock, ...(onProgress && { onProgress }), ...(retried && { retried }) };
  if (cache === undefined) return bringTo(file, url, promised, options);

  await mkdir(cache, { recursive: true });
  const cached = join(cache, promised.sha256);
  await using _ = await lockFile(`${cached}.lock`); // a second process that needs the same file waits and then finds it
  if (!(await isAsPromised(cached, promised))) {
    await rm(cached, { force: true });
    await bringTo(cached, url, promised, options);
  }
  const now = new Date();
  await utimes(cached, now, now); // files unused for long are removed (lib/local/expire-runs.ts)
  await place(cached, file);
}

async function bringTo(file: string, url: string, promised: Promised, options: PartOptions): Promise<void> {
  const part = `${file}.part`;
  await bringPart(url, part, promised, options);
  await rename(part, file);
}

/** Cached files may be damaged or edited, so they are always verified. */
async function isAsPromised(file: string, { size, sha256 }: Promised): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() === true && found.size === size && (await digestOf(file)).sha256 === sha256;
}

async function place(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  try {
    await link(from, to);
  } catch {
    // Another file system, or one without hard links.
    const part = `${to}.part`;
    await nameDiskFull(to, () => copyFile(from, part, constants.COPYFILE_FICLONE));
    await rename(part, to);
  }
}
