import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { verifyClearsigned } from '../../../lib/machine/gpgv';
import { verifyInProcess } from '../../../lib/simplestreams/openpgp/openpgp-verify';
import { verifiedText } from '../../../lib/simplestreams/openpgp/verified-text';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { clearsignedFile, crlf, type Hand, hand, now } from './signed-by-hand';

const text = '{\n "a": "ä",\n "dashes": [\n-\n  1,\n  2\n ],\n\n "path": "a/b"\n}';
/** One change of a file; a place is a part of its length, so that every change fits every file. */
type Change = (file: Buffer) => Buffer;

const place = fc.double({ min: 0, max: 1, noNaN: true });
const at = (file: Buffer, where: number) => Math.floor(where * file.length);
const splice = (file: Buffer, start: number, end: number, piece: Buffer | string) =>
  Buffer.concat([file.subarray(0, start), Buffer.from(piece), file.subarray(end)]);
/** The end of the line that is at a place. */
const lineEnd = (file: Buffer, where: number) => {
  const newline = file.indexOf(0x0a, at(file, where));
  return newline === -1 ? file.length : newline;
};

/** What readers may see differently. */
const pieces = fc.oneof(
  fc.constantFrom(
    ' ',
    '\t',
    '\r',
    '\n',
    '\r\n',
    '\f',
    '\v',
    '\0',
    '-',
    '- ',
    '-----',
    '=',
    ':',
    'x',
    '{',
    '"',
    '\u00a0',
  ),
  fc.constantFrom(
    '\n-----BEGIN PGP SIGNATURE-----\n',
    '\n-----END PGP SIGNATURE-----\n',
    'Hash: SHA512\n',
    '\nComment: x',
  ),
  fc
    .tuple(fc.constantFrom(' ', '\t', '\r', '\f', '\0', 'x'), fc.constantFrom(19_980, 19_990, 19_996, 20_000, 20_010))
    .map(([unit, count]) => `${unit.repeat(count)}, "b": 2`),
);

const change: fc.Arbitrary<Change> = fc.oneof(
  // At the ends of lines, where blanks are not signed.
  {
    weight: 4,
    arbitrary: fc.tuple(place, fc.constantFrom(' ', '\t', '\r', ' \t', '\r ', '\r\r', '\f', '\0', '-')).map(
      ([where, piece]) =>
        (file: Buffer) =>
          splice(file, lineEnd(file, where), lineEnd(file, where), piece),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(place, pieces).map(
      ([where, piece]) =>
        (file: Buffer) =>
          splice(file, lineEnd(file, where), lineEnd(file, where), piece),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, pieces).map(
      ([where, piece]) =>
        (file: Buffer) =>
          splice(file, at(file, where), at(file, where), piece),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, fc.nat(255)).map(
      ([where, byte]) =>
        (file: Buffer) =>
          splice(file, at(file, where), at(file, where) + 1, Buffer.from([byte])),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(place, fc.nat(20)).map(
      ([where, length]) =>
        (file: Buffer) =>
          splice(file, at(file, where), at(file, where) + length, ''),
    ),
  },
  // A piece of the file somewhere else in it.
  {
    weight: 1,
    arbitrary: fc.tuple(place, place, place).map(
      ([from, to, where]) =>
        (file: Buffer) =>
          splice(file, at(file, where), at(file, where), file.subarray(at(file, from), at(file, to))),
    ),
  },
  // An escape at the beginning of a line.
  {
    weight: 2,
    arbitrary: fc.tuple(place, fc.constantFrom('- ', '-', '- - ')).map(
      ([where, piece]) =>
        (file: Buffer) =>
          splice(file, lineEnd(file, where) + 1, lineEnd(file, where) + 1, piece),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('\n', '\r\n', ' \n', 'x', '\0')
      .map((piece) => (file: Buffer) => Buffer.concat([file, Buffer.from(piece)])),
  },
  {
    weight: 1,
    arbitrary: fc.constant((file: Buffer) => Buffer.from(file.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')),
  },
);

const mutation = fc.array(change, { minLength: 1, maxLength: 3 });

/** How many mutations were tried, our reader took, and it took with gpgv as the one that verifies. */
export interface Tried {
  readonly tried: number;
  readonly taken: number;
  readonly byGpgv: number;
}

/**
 * Reads so many mutations of a signed document. gpgv is a process of its own: it is asked of all that our reader takes,
 * and of one in forty of the others.
 * @throws where our reader gives something else than gpgv gives, or gpgv cannot be asked
 */
export async function readMutations(rounds: number): Promise<Tried> {
  const own = await hand();
  const signed = await signedBy(own);
  const folder = folderInMemory();
  const [file, keyring] = [join(folder, 'mutation'), join(folder, 'keyring.gpg')];
  writeFileSync(keyring, own.keyring);
  const seen = { tried: 0, taken: 0, byGpgv: 0 };

  const property = fc.asyncProperty(mutation, async (changes) => {
    const changed = changes.reduce((before, make) => make(before), signed);
    const read = await orUndefined(verifyInProcess(changed, own.keyring, now));
    seen.tried += 1;
    seen.taken += read === undefined ? 0 : 1;
    const isAsked = seen.tried % 40 === 0;
    if (read === undefined && !isAsked) return;
    writeFileSync(file, changed);
    const given = await outputOfGpgv(file, keyring);
    if (read !== undefined) expect(read).toEqual(given);
    // One in twenty of what is taken, whatever chance says: of those drawn at random few are taken.
    if (!isAsked && seen.taken % 20 !== 0) return;
    const byGpgv = await orUndefined(verifiedText(changed, own.keyring, () => verifyClearsigned(file, keyring)));
    expect(byGpgv).toBe(read?.toString());
    if (byGpgv !== undefined) expect(byGpgv).toBe(given?.toString());
    seen.byGpgv += byGpgv === undefined ? 0 : 1;
  });
  await fc.assert(property, { numRuns: rounds });
  return seen;
}

async function signedBy(own: Hand): Promise<Buffer> {
  const body = text.replace('\n-', '\n- -');
  const packets = [await own.sign(crlf(text))];
  return Buffer.from(clearsignedFile({ header: 'Hash: SHA256\nHash: SHA512\n', body, packets }));
}

/** What `gpgv --output FILE` gives, or undefined where it refuses. @throws where it could not be run to its end */
async function outputOfGpgv(file: string, keyring: string): Promise<Buffer | undefined> {
  rmSync(`${file}.out`, { force: true });
  const args = ['--keyring', keyring, '--output', `${file}.out`, '--', file];
  const taken = await promisify(execFile)('gpgv', args).then(
    () => true,
    (error: { code?: unknown }) => {
      if (typeof error.code !== 'number') throw error; // a busy machine may have no process or memory for it
      return false;
    },
  );
  return taken && existsSync(`${file}.out`) ? readFileSync(`${file}.out`) : undefined;
}

const orUndefined = <T>(read: Promise<T>) =>
  read.catch((error: unknown) => {
    if (error instanceof MirrorError && ['BadSignature', 'BadFormat'].includes(error.name)) return undefined;
    throw error;
  });
