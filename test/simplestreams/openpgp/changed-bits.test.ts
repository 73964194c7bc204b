import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyClearsigned, verifyDetached } from '../../../lib/machine/gpgv';
import { makeIndex } from '../../../lib/simplestreams/documents';
import { writeJson } from '../../../lib/simplestreams/json';
import { makePrivateKey, openpgpSigner } from '../../../lib/simplestreams/openpgp/openpgp-signer';
import { clearsignedFault, detachedFault, keyringFault } from '../../../lib/simplestreams/openpgp/signed-text';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { at, bootloaderDocument } from '../made-documents';
import '../../fixtures/needs-seconds';

const text = writeJson(makeIndex([{ document: bootloaderDocument(), path: 'streams/v1/ab.sjson' }], at));
let signer: Signer;
let signed: Buffer;
let signature: Buffer;
let folder: string;

beforeAll(async () => {
  signer = await openpgpSigner(await makePrivateKey({ at, rsaBits: 2048 }));
  signed = Buffer.from(await signer.clearsign(text, at));
  signature = Buffer.from(await signer.detach(text, at));
  folder = mkdtempSync(join(tmpdir(), 'signed-text-'));
  writeFileSync(join(folder, 'keyring.gpg'), signer.keyring);
  writeFileSync(join(folder, 'text'), text);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** All files that differ in one bit of the byte at this place. */
function flipsAt(bytes: Buffer, place: number): Buffer[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(place) ^ (1 << bit), place);
    return flipped;
  });
}

const keyring = () => join(folder, 'keyring.gpg');

async function gpgvTakes(flipped: Buffer, verify: (file: string) => Promise<unknown>): Promise<boolean> {
  const file = join(folder, 'flipped');
  writeFileSync(file, flipped);
  return verify(file).then(
    () => true,
    (error) => {
      expect(error).toMatchObject({ name: 'BadSignature' });
      return false;
    },
  );
}

/** Places at which a changed bit is found neither by our own check nor, asked only then, by gpgv. */
async function missedIn(
  bytes: Buffer,
  faultOf: (flipped: Buffer) => string | undefined,
  verify: (file: string) => Promise<unknown>,
): Promise<number[]> {
  const missed: number[] = [];
  for (const place of bytes.keys()) {
    for (const flipped of flipsAt(bytes, place)) {
      if (faultOf(flipped) === undefined && (await gpgvTakes(flipped, verify))) missed.push(place);
    }
  }
  return missed;
}

describe('a signed file of ours', () => {
  it('is refused with any bit of any byte of a clearsigned index changed', async () => {
    const verify = (file: string) => verifyClearsigned(file, keyring());
    expect(await missedIn(signed, clearsignedFault, verify)).toEqual([]);
  });

  it('is refused with any bit of any byte of a detached signature changed', async () => {
    const verify = (file: string) => verifyDetached(file, join(folder, 'text'), keyring());
    expect(await missedIn(signature, (flipped) => detachedFault(flipped, Buffer.from(text)), verify)).toEqual([]);
  });

  it('is refused with any bit of any byte of either keyring changed', () => {
    const armoured = Buffer.from(signer.armouredKeyring);
    const places = [...signer.keyring.keys()].filter((place) =>
      flipsAt(signer.keyring, place).some((flipped) => keyringFault(flipped, armoured) === undefined),
    );
    const armouredPlaces = [...armoured.keys()].filter((place) =>
      flipsAt(armoured, place).some((flipped) => keyringFault(signer.keyring, flipped) === undefined),
    );
    expect([...places, ...armouredPlaces]).toEqual([]);
  });
});
