import { join } from 'node:path';
import { MirrorError, withoutPasswords } from '../errors';
import { readBytes, writeBytes } from '../machine/bytes';
import { type RequestOptions, readUrl } from '../machine/download';
import { verifyClearsigned } from '../machine/gpgv';
import type { Network } from '../machine/network';
import { binaryKeyring } from '../simplestreams/keyring';
import { splitClearsigned } from '../simplestreams/signed-text';

export interface StreamOptions extends RequestOptions {
  /** Path of the keyring that the stream's documents are signed by, binary or armoured. */
  readonly keyring: string | undefined;
  /** A folder to work in. */
  readonly scratch: string;
  readonly network: Network;
}

/** Somebody's stream, of which nothing is believed that is not signed. */
export interface SignedStream {
  /** What item and document paths are relative to; ends with a slash. */
  readonly base: string;
  /** URL of the first document. */
  readonly start: string;
  /** The text of a document, or undefined where there is none (404). @throws BadSignature, BadFormat, DownloadFailed */
  read(url: string): Promise<string | undefined>;
}

/**
 * @param stream its address, or that of one of its signed documents
 * @throws BadInput (misuse) where it is not signed, or there is no keyring to check it with
 */
export async function openStream(stream: string, options: StreamOptions): Promise<SignedStream> {
  const { base, start } = addressesOf(stream);
  const keyring = join(options.scratch, 'stream-keyring.gpg');
  await writeBytes(keyring, await givenKeyring(options.keyring, start));
  let documents = 0;
  return {
    base,
    start,
    read: async (url) => {
      const bytes = await readUrl(url, options.network, options);
      if (bytes === undefined) return undefined;
      const file = join(options.scratch, `stream-document-${documents++}.sjson`);
      await writeBytes(file, bytes);
      return verifiedText(url, file, bytes, keyring);
    },
  };
}

/** As MAAS and the simplestreams library split an address. */
function addressesOf(stream: string): { base: string; start: string } {
  const [document] = /streams\/v1\/.*\.s?json$/.exec(stream) ?? [];
  if (document === undefined) {
    const base = stream.endsWith('/') ? stream : `${stream}/`;
    return { base, start: `${base}streams/v1/index.sjson` };
  }
  if (!document.endsWith('.sjson')) {
    throw new MirrorError('BadInput', `${withoutPasswords(stream)} is not signed`, {
      hint: 'name its signed form, which ends in .sjson: images are built from signed streams only',
      misuse: true,
    });
  }
  return { base: stream.slice(0, -document.length), start: stream };
}

async function givenKeyring(path: string | undefined, url: string): Promise<Buffer> {
  if (path === undefined) {
    throw new MirrorError('BadInput', `there is no keyring to check ${withoutPasswords(url)} with`, {
      hint: 'give the path of the keyring that the stream is signed by',
      misuse: true,
    });
  }
  try {
    return binaryKeyring(await readBytes(path));
  } catch (cause) {
    throw new MirrorError('BadInput', `the keyring ${path} cannot be read: ${(cause as Error).message}`, {
      hint: 'give the path of a keyring file, binary (`gpg --export`) or armoured',
      cause,
      misuse: true,
    });
  }
}

async function verifiedText(url: string, file: string, bytes: Buffer, keyring: string): Promise<string> {
  try {
    await verifyClearsigned(file, keyring);
    return splitClearsigned(bytes).text;
  } catch (cause) {
    // They name a file of ours, which tells nobody anything.
    if (!(cause instanceof MirrorError) || !['BadSignature', 'BadFormat'].includes(cause.name)) throw cause;
    throw new MirrorError(cause.name, `${withoutPasswords(url)}: ${cause.message.replaceAll(file, 'what came')}`, {
      hint: 'it was changed on its way, or it is signed by a key that the keyring does not hold',
      cause,
    });
  }
}
