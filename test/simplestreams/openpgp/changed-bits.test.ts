import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyClearsigned, verifyDetached } from '../../../lib/machine/gpgv';
import { verifyInProcess } from '../../../lib/simplestreams/openpgp/openpgp-verify';
import { clearsignedFault, detachedFault, keyringFault } from '../../../lib/simplestreams/openpgp/signed-text';
import { splitClearsigned } from '../../../lib/simplestreams/openpgp/split-clearsigned';
import { gpgvTakes, signedIndex, text } from '../signed-index';
import { clearsignedFile, crlf, hand, now } from './signed-by-hand';
import '../../fixtures/needs-seconds';

const index = signedIndex();

/** All files that differ in one bit of the byte at this place. */
function flipsAt(bytes: Buffer, place: number): Buffer[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(place) ^ (1 << bit), place);
    return flipped;
  });
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
      if (faultOf(flipped) === undefined && (await gpgvTakes(index(), flipped, verify))) missed.push(place);
    }
  }
  return missed;
}

describe('a signed file of ours', () => {
  it('is refused with any bit of any byte of a clearsigned index changed', async () => {
    const { signed, keyring } = index();
    const verify = (file: string) => verifyClearsigned(file, keyring);
    expect(await missedIn(signed, clearsignedFault, verify)).toEqual([]);
  });

  it('is refused with any bit of any byte of a detached signature changed', async () => {
    const { signature, folder, keyring } = index();
    const verify = (file: string) => verifyDetached(file, join(folder, 'text'), keyring);
    expect(await missedIn(signature, (flipped) => detachedFault(flipped, Buffer.from(text)), verify)).toEqual([]);
  });

  it('is refused with any bit of any byte of either keyring changed', () => {
    const { signer } = index();
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

describe('verifyInProcess', () => {
  it('takes nothing that gpgv refuses, whichever bit of a file is changed, and never another text', async () => {
    const own = await hand();
    const keyring = join(index().folder, 'own.gpg');
    writeFileSync(keyring, own.keyring);
    const body = '{\n "a": "ä",\n "b": [\n  1\n ]\n}';
    const signed = Buffer.from(clearsignedFile({ body, packets: [await own.sign(crlf(body))] }));
    const { text: first } = splitClearsigned(signed);
    const passed = new Set<number>();
    for (const place of signed.keys()) {
      for (const changed of flipsAt(signed, place)) {
        const read = await verifyInProcess(changed, own.keyring, now).catch(() => undefined);
        if (read === undefined) continue;
        expect(await gpgvTakes(index(), changed, (file) => verifyClearsigned(file, keyring)), String(place)).toBe(true);
        expect([read.toString(), splitClearsigned(changed).text]).toEqual([first, first]);
        passed.add(place);
      }
    }
    // what is left is in the base64 of the signature, behind its last bit, and after the last line
    const signature = signed.indexOf('-----BEGIN PGP SIGNATURE');
    expect([...passed].filter((place) => place < signature)).toEqual([]);
    expect(passed.size).toBeLessThan(4);
  });
});
