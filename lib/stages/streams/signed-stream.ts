/* stages/streams: signed streams, fetched and verified. */

import { join } from 'node:path';
import { MirrorError, withoutPasswords } from '../../errors';
import { readBytes, writeBytes } from '../../machine/bytes';
import type { Network } from '../../machine/download/connections';
import { type RequestOptions, readUrl } from '../../machine/download/download';
import { verifyClearsigned } from '../../machine/gpgv';
import { keyringAt } from '../../simplestreams/openpgp/keyring';
import { type VerifyClearsigned, verifiedText } from '../../simplestreams/openpgp/verified-text';

export interface StreamOptions extends RequestOptions {
  /** Path of the keyring that verifies the stream's documents, binary or armoured. */
  readonly keyring: string | undefined;
  /** A folder to work in. */
  readonly scratch: string;
  readonly network: Network;
  /** Verifies signatures; a Lambda function has no gpgv. @default gpgv */
  readonly verify?: VerifyClearsigned;
  /** Maximum size of an index in bytes: it is read before its signature is checked. @default 16 MiB; other documents: `most` */
  readonly mostOfIndex?: number;
}

/** A third-party stream. Only its signed documents are trusted. */
export interface SignedStream {
  /** What item and document paths are relative to; ends with a slash. */
  readonly base: string;
  /** URL of the first document. */
  readonly start: string;
  /**
   * The text of a document, or undefined if it does not exist (404, twice).
   * @throws BadSignature, BadFormat, DownloadFailed
   */
  read(url: string): Promise<string | undefined>;
}

/**
 * @param stream its address, or that of one of its signed documents
 * @throws BadInput (misuse) if it is not signed, or no keyring is given
 */
export async function openStream(stream: string, options: StreamOptions): Promise<SignedStream> {
  const { base, start } = addressesOf(stream);
  const keyring = await givenKeyring(options.keyring, start);
  const verify = options.verify ?? gpgvIn(options.scratch);
  return {
    base,
    start,
    read: async (url) => {
      const bytes = await readUrl(url, options.network, { insist: true, ...options, ...limitOf(url, options) });
      return bytes === undefined ? undefined : textOf(url, bytes, keyring, verify);
    },
  };
}

function limitOf(url: string, { mostOfIndex = 16 * 1024 * 1024 }: StreamOptions): { most?: number } {
  return url.endsWith('/index.sjson') ? { most: mostOfIndex } : {};
}

/** gpgv reads files. */
function gpgvIn(scratch: string): VerifyClearsigned {
  let documents = 0;
  return async (clearsigned, keyring) => {
    const [keyringFile, file] = [
      join(scratch, 'stream-keyring.gpg'),
      join(scratch, `stream-document-${documents++}.sjson`),
    ];
    await writeBytes(keyringFile, keyring);
    await writeBytes(file, clearsigned);
    return verifyClearsigned(file, keyringFile).catch((error: unknown) => {
      if (!(error instanceof MirrorError) || error.name !== 'BadSignature') throw error;
      // The message names one of our temporary files.
      throw new MirrorError(error.name, error.message.replaceAll(file, 'the downloaded document'), { cause: error });
    });
  };
}

/** Splits an address as MAAS and the simplestreams library do. */
function addressesOf(stream: string): { base: string; start: string } {
  const at = stream.indexOf('streams/v1/');
  const document = at !== -1 && /\.s?json$/.test(stream) ? stream.slice(at) : undefined;
  if (document === undefined) {
    const base = stream.endsWith('/') ? stream : `${stream}/`;
    return { base, start: `${base}streams/v1/index.sjson` };
  }
  if (!document.endsWith('.sjson')) {
    throw new MirrorError('BadInput', `${withoutPasswords(stream)} is not signed`, {
      hint: 'give its signed form, which ends in .sjson: images are built only from signed streams',
      misuse: true,
    });
  }
  return { base: stream.slice(0, at), start: stream };
}

async function givenKeyring(path: string | undefined, url: string): Promise<Buffer> {
  if (path === undefined) {
    throw new MirrorError('BadInput', `no keyring to verify ${withoutPasswords(url)} with`, {
      hint: 'give the path of a keyring with the key that signs the stream',
      misuse: true,
    });
  }
  return keyringAt(path, readBytes);
}

async function textOf(url: string, bytes: Buffer, keyring: Buffer, verify: VerifyClearsigned): Promise<string> {
  try {
    return await verifiedText(bytes, keyring, verify);
  } catch (cause) {
    if (!(cause instanceof MirrorError) || !['BadSignature', 'BadFormat'].includes(cause.name)) throw cause;
    throw new MirrorError(cause.name, `${withoutPasswords(url)}: ${cause.message}`, {
      hint: 'it was changed in transit (by a proxy?), it is not a signed document, or the keyring does not contain its key; it was not used',
      cause,
    });
  }
}
