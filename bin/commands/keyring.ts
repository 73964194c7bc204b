import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { MirrorError } from '../../lib/errors';
import { mirror as keys } from '../../lib/job/layout';
import type { Terminal } from '../terminal/terminal';
import { addRotate } from './keyring/rotate';

/** Adds `keyring`, and `keyring rotate` by both names. */
export function addKeyring(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const keyring = program
    .command('keyring')
    .description('hand out the public keyring of a mirror')
    .argument('<mirror>', 'DIR, http(s)://… or s3://BUCKET')
    .option('--armour', 'as text, for people')
    .option('--output <file>', 'write it to a file')
    .option('--json', 'print fingerprints as JSON')
    .action(async (mirror: string, options) => done(await runKeyring({ mirror, ...options }, terminal)));
  addRotate(keyring, terminal, done);
  // The verb that people try first.
  addRotate(program, terminal, done, { hidden: true });
}

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
  const { armouredKeyring, keysOf } = await import('../../lib/simplestreams/openpgp/keyring.js');
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
  const { openMirror } = await import('../../lib/operations/open-mirror.js');
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
