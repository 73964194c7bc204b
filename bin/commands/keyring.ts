import { writeFile } from 'node:fs/promises';
import { MirrorError } from '../../lib/errors';
import { mirror as keys } from '../../lib/job/layout';
import { openMirror } from '../../lib/operations/open-mirror';
import { armouredKeyring, keysOf } from '../../lib/simplestreams/openpgp/keyring';
import type { Terminal } from '../terminal';

export interface KeyringOptions {
  /** DIR, http(s)://… or s3://… */
  readonly mirror: string;
  /** As text for people, and not as MAAS and gpgv read it. @default false */
  readonly armour?: boolean;
  /** File to write. @default standard output */
  readonly output?: string;
  /** Prints fingerprints and the file that was written, and no keyring. @default false */
  readonly json?: boolean;
}

/** Hands out the keyring of a mirror. The fingerprints go to standard error: they are for people to compare. */
export async function runKeyring(options: KeyringOptions, terminal: Terminal): Promise<number> {
  const { mirror, armour = false, output, json = false } = options;
  const { bytes, place } = await readKeyring(mirror);
  const fingerprints = (await keysOf(bytes)).map(({ fingerprint }) => fingerprint);
  const wanted = armour ? Buffer.from(armouredKeyring(bytes)) : bytes;
  if (output !== undefined) await writeKeyring(output, wanted);

  if (json) {
    terminal.out(
      JSON.stringify({ keyring: place, fingerprints, ...(output !== undefined && { output }) }, undefined, 2),
    );
    return 0;
  }
  for (const fingerprint of fingerprints) terminal.err(`key ${fingerprint}`);
  if (output !== undefined) terminal.out(output);
  else if (armour) terminal.out(wanted.toString().trimEnd());
  else writeBinary(wanted, place, terminal);
  return 0;
}

async function readKeyring(mirror: string): Promise<{ bytes: Buffer; place: string }> {
  const { store } = await openMirror(mirror);
  const place = `${store.name.replace(/\/$/, '')}/${keys.keyring}`;
  const object = await store.read(keys.keyring);
  if (object !== undefined) return { bytes: object.bytes, place };
  throw new MirrorError('NoSuchObject', `there is no ${place}`, {
    hint: 'a mirror gets its keyring with its first publication; is this the address of a mirror?',
  });
}

function writeBinary(bytes: Buffer, place: string, terminal: Terminal): void {
  if (terminal.isTTY || terminal.writeBinary === undefined) {
    throw new MirrorError('BadInput', 'a binary keyring is nothing for a terminal', {
      hint: `--output FILE writes it to a file, --armour prints it as text; it lies at ${place}`,
      misuse: true,
    });
  }
  terminal.writeBinary(bytes);
}

async function writeKeyring(file: string, bytes: Buffer): Promise<void> {
  try {
    await writeFile(file, bytes);
  } catch (cause) {
    throw new MirrorError('BadInput', `the keyring cannot be written: ${(cause as Error).message}`, {
      hint: '--output names a file in a folder that exists',
      cause,
      misuse: true,
    });
  }
}
