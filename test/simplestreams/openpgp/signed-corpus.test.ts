import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { verifyClearsigned } from '../../../lib/machine/gpgv';
import { signatureCheck } from '../../../lib/operations/verify/signature-check';
import { verifyInProcess } from '../../../lib/simplestreams/openpgp/openpgp-verify';
import { verifiedText } from '../../../lib/simplestreams/openpgp/verified-text';
import { programOfDebian } from '../../fixtures/programs/program-of-debian';

import { type Hand, hand, now } from './signed-by-hand';
import { type DetachedVariant, detachedCorpus, type Outcome, signedCorpus, type Variant } from './signed-corpus';
import '../../fixtures/needs-minutes';

let own: Hand;
let corpus: ReadonlyMap<string, Variant>;
let detached: ReadonlyMap<string, DetachedVariant>;
let folder: string;
let keyring: string;
let newer: string;

beforeAll(async () => {
  const [first, second] = await Promise.all([hand(), hand()]);
  own = first;
  corpus = await signedCorpus(first, second);
  detached = await detachedCorpus(first, second);
  folder = mkdtempSync(join(tmpdir(), 'signed-corpus-'));
  keyring = join(folder, 'keyring.gpg');
  writeFileSync(keyring, own.keyring);
  newer = join(await programOfDebian('trixie', 'gpgv'), 'gpgv');
});

let files = 0;
afterAll(() => rmSync(folder, { recursive: true }));

/** What a gpgv gives out, into a file and not through our own reader; undefined where it refuses. */
async function outputOf(gpgv: string, file: string): Promise<Buffer | undefined> {
  const output = `${file}.out`;
  const args = ['--keyring', keyring, '--output', output, '--', file];
  const taken = await promisify(execFile)(gpgv, args, { maxBuffer: 1e9 }).then(
    () => true,
    () => false,
  );
  return taken ? (existsSync(output) ? readFileSync(output) : Buffer.alloc(0)) : undefined;
}

const orUndefined = <T>(read: Promise<T>) =>
  read.catch((error: unknown) => {
    expect(error).toBeInstanceOf(MirrorError);
    expect((error as MirrorError).name).toMatch(/^Bad(Signature|Format)$/);
    return undefined;
  });

/** What each makes of a file: in this order gpgv 2.2, gpgv 2.4, the reader in process, the reader with gpgv. */
async function readBy(file: Buffer): Promise<(Buffer | undefined)[]> {
  const paths = ['a', 'b'].map((name) => join(folder, `${files}.${name}`));
  files += 1;
  for (const path of paths) writeFileSync(path, file);
  const [one = '', other = ''] = paths;
  const bytes = (text: string) => Buffer.from(text);
  return [
    await outputOf('gpgv', one),
    await outputOf(newer, other),
    await orUndefined(verifyInProcess(file, own.keyring, now)),
    await orUndefined(verifiedText(file, own.keyring, () => verifyClearsigned(one, keyring)).then(bytes)),
  ];
}

const outcomes: Readonly<Record<string, Outcome>> = {
  '++++': 'taken',
  '----': 'refused',
  '++--': 'stricter',
  '+---': 'stricter than 2.2',
  '+++-': 'no UTF-8',
};

describe('the variants of a signed text', () => {
  it('are taken by gpgv 2.2, by gpgv 2.4 and by our readers as is written, and read alike by all that take them', async () => {
    const [seen, expected]: Record<string, string>[] = [{}, {}];
    for (const [what, { file, outcome }] of corpus) {
      const texts = await readBy(file);
      const marks = texts.map((read) => (read === undefined ? '-' : '+')).join('');
      const taken = texts.filter((read) => read !== undefined);
      const alike = taken.every((read) => read.equals(taken[0] ?? Buffer.alloc(0)));
      Object.assign(seen ?? {}, { [what]: `${outcomes[marks] ?? marks}${alike ? '' : ', and not read alike'}` });
      Object.assign(expected ?? {}, { [what]: outcome });
    }
    expect(seen).toEqual(expected);
    expect(corpus.size).toBeGreaterThan(90);
  });
});

describe('the variants of a detached signature', () => {
  it('are taken by gpgv 2.2, by gpgv 2.4 and by our check as is written', async () => {
    const check = await signatureCheck(own.keyring, join(folder, 'check'));
    const [seen, expected]: Record<string, string>[] = [{}, {}];
    for (const [what, { signature, data, outcome }] of detached) {
      const paths = [join(folder, `${files}.gpg`), join(folder, `${files}.json`)] as const;
      files += 1;
      writeFileSync(paths[0], signature);
      writeFileSync(paths[1], data);
      const takes = (gpgv: string) =>
        promisify(execFile)(gpgv, ['--keyring', keyring, '--', ...paths]).then(
          () => '+',
          () => '-',
        );
      const problems = await check.detached('it', signature, data);
      const marks = (await takes('gpgv')) + (await takes(newer)) + (problems.length === 0 ? '++' : '--');
      Object.assign(seen ?? {}, { [what]: outcomes[marks] ?? marks });
      Object.assign(expected ?? {}, { [what]: outcome });
    }
    expect(seen).toEqual(expected);
  });
});
