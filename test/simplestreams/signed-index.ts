import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { makeIndex } from '../../lib/simplestreams/documents';
import { writeJson } from '../../lib/simplestreams/json';
import { makePrivateKey, openpgpSigner } from '../../lib/simplestreams/openpgp/openpgp-signer';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { at, bootloaderDocument } from './made-documents';

export const text = writeJson(makeIndex([{ document: bootloaderDocument(), path: 'streams/v1/ab.sjson' }], at));

/** An index, signed in both ways by a key that was made for it. */
export interface SignedIndex {
  readonly signer: Signer;
  readonly signed: Buffer;
  readonly signature: Buffer;
  /** Where the key and the text lie, and more can lie, until the tests of the file are over. */
  readonly folder: string;
  /** Path of the key, for gpgv. */
  readonly keyring: string;
}

/** Makes one before the tests of a file. @returns what gives it to them */
export function signedIndex(): () => SignedIndex {
  let made: SignedIndex;
  beforeAll(async () => {
    const signer = await openpgpSigner(await makePrivateKey({ at, rsaBits: 2048 }));
    const signed = Buffer.from(await signer.clearsign(text, at));
    const signature = Buffer.from(await signer.detach(text, at));
    const folder = mkdtempSync(join(tmpdir(), 'signed-index-'));
    made = { signer, signed, signature, folder, keyring: join(folder, 'keyring.gpg') };
    writeFileSync(made.keyring, signer.keyring);
    writeFileSync(join(folder, 'text'), text);
  });
  afterAll(() => rmSync(made.folder, { recursive: true }));
  return () => made;
}

/** Whether gpgv takes a file, which may be changed. @param verify asks it */
export async function gpgvTakes(
  { folder }: SignedIndex,
  changed: Buffer,
  verify: (file: string) => Promise<unknown>,
): Promise<boolean> {
  const file = join(folder, 'changed');
  writeFileSync(file, changed);
  return verify(file).then(
    () => true,
    (error) => {
      expect(error).toMatchObject({ name: 'BadSignature' });
      return false;
    },
  );
}
