import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { MirrorError } from '../../lib/errors';
import { mirror as keys } from '../../lib/job/layout';
import { openToRead } from '../operation/open-to-read';
import { withMirrorOptions } from '../operation/operation-command';
import type { MirrorWords } from '../operation/which-mirror';
import type { Terminal } from '../terminal/terminal';
import { addRotate } from './keyring/rotate';

/** Adds `keyring` and `keyring rotate`, the latter also as `rotate`. */
export function addKeyring(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = program
    .command('keyring')
    .description('print or save a mirror’s public keyring')
    .argument('[mirror]', 'DIR, http(s)://… or s3://BUCKET (default: ./mirror)')
    .option('--armour', 'ASCII-armoured instead of binary')
    .option('--output <file>', 'write the keyring to this file')
    .option('--json', 'print the fingerprints as JSON');
  const keyring = withMirrorOptions(command).action(async (word, options) =>
    done(await runKeyring({ ...options, ...(word !== undefined && { mirror: word }) }, terminal)),
  );
  addRotate(keyring, terminal, done);
  // People try this first.
  addRotate(program, terminal, done, { hidden: true });
}

export interface KeyringOptions extends MirrorWords {
  /** ASCII-armoured, instead of the binary form that MAAS and gpgv read. @default false */
  readonly armour?: boolean;
  /** File to write. @default standard output */
  readonly output?: string;
  /** Prints the fingerprints and the name of the written file instead of the keyring. @default false */
  readonly json?: boolean;
}

/** Prints or saves the keyring of a mirror. The fingerprints go to standard error, for people to compare. */
export async function runKeyring(options: KeyringOptions, terminal: Terminal): Promise<number> {
  const { armour = false, output, json = false, ...words } = options;
  const { armouredKeyring, keysOf } = await import('../../lib/simplestreams/openpgp/keyring.js');
  const { bytes, place } = await readKeyring(words);
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

async function readKeyring(words: MirrorWords): Promise<{ bytes: Buffer; place: string }> {
  const { store } = await openToRead(undefined, words);
  const place = `${store.name.replace(/\/$/, '')}/${keys.keyring}`;
  const object = await store.read(keys.keyring);
  if (object !== undefined) return { bytes: object.bytes, place };
  throw new MirrorError('NoSuchObject', `${place} does not exist`, {
    hint: 'check that this is a mirror; the keyring is created by the first publication',
  });
}

function writeBinary(bytes: Buffer, place: string, terminal: Terminal): void {
  if (terminal.isTTY || terminal.writeBinary === undefined) {
    throw new MirrorError('BadInput', 'the binary keyring is not printed to a terminal', {
      hint: `save it with --output FILE, or print it as text with --armour; the keyring is ${place}`,
      misuse: true,
    });
  }
  terminal.writeBinary(bytes);
}

async function writeKeyring(file: string, bytes: Buffer): Promise<void> {
  try {
    await writeFile(file, bytes);
  } catch (cause) {
    throw new MirrorError('BadInput', `cannot write --output ${file}: ${(cause as Error).message}`, {
      hint: 'give a file in an existing folder that you can write to',
      cause,
      misuse: true,
    });
  }
}
