import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { trustedKeyring } from '../../../lib/operations/verify/trusted-keyring';
import { armouredKeyring } from '../../../lib/simplestreams/openpgp/keyring';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { MemoryStore } from '../../publication/made/memory-store';

let signer: Signer;
let other: Signer;
beforeAll(async () => {
  [signer, other] = await Promise.all([smallSigner(), smallSigner('other')]);
});

const holding = (keyring: Buffer, forPeople = Buffer.from(armouredKeyring(keyring))) =>
  new MemoryStore(
    new Map([
      ['keyring.gpg', keyring],
      ['keyring.asc', forPeople],
    ]),
  );

function fileWith(bytes: Buffer): string {
  const file = join(folderInMemory(), 'given');
  writeFileSync(file, bytes);
  return file;
}

describe('the keyring that signatures are checked with', () => {
  it('is the mirror’s own', async () => {
    expect(await trustedKeyring(holding(signer.keyring), {})).toEqual({ keyring: signer.keyring, problems: [] });
  });

  it('is none where the mirror has none', async () => {
    const { keyring, problems } = await trustedKeyring(new MemoryStore(), { fingerprint: signer.fingerprint });

    expect(keyring).toBeUndefined();
    expect(problems.map(({ object, rule }) => `${object} ${rule}`)).toEqual([
      ...['keyring.gpg missing', 'keyring.asc missing'],
    ]);
  });

  it('is the pinned key of it alone', async () => {
    const both = Buffer.concat([other.keyring, signer.keyring]);
    expect(await trustedKeyring(holding(both), { fingerprint: signer.fingerprint })).toEqual({
      keyring: signer.keyring,
      problems: [],
    });
  });

  it('is none where the mirror’s own lacks the pinned key, or is broken', async () => {
    const both = Buffer.concat([other.keyring, other.keyring]);
    expect(await trustedKeyring(holding(both), { fingerprint: signer.fingerprint })).toEqual({
      keyring: undefined,
      problems: [
        {
          object: 'keyring.gpg',
          rule: 'fingerprint',
          message: `it contains ${other.fingerprint}, ${other.fingerprint}, not the key ${signer.fingerprint}`,
        },
      ],
    });
    const broken = await trustedKeyring(holding(Buffer.from('none')), { fingerprint: signer.fingerprint });
    expect(broken.keyring).toBeUndefined();
    expect(broken.problems.map(({ object, rule }) => `${object} ${rule}`)).toEqual(['keyring.gpg keyring']);
  });

  it('is still the pinned key where only the form for people is missing or broken', async () => {
    const { fingerprint } = signer;
    for (const [mirror, problem] of [
      [new MemoryStore(new Map([['keyring.gpg', signer.keyring]])), 'keyring.asc missing'],
      [holding(signer.keyring, Buffer.from('none')), 'keyring.asc keyring'],
    ] as const) {
      const { keyring, problems } = await trustedKeyring(mirror, { fingerprint });
      expect(keyring).toEqual(signer.keyring);
      expect(problems.map(({ object, rule }) => `${object} ${rule}`)).toEqual([problem]);
    }
  });
});

describe('a keyring that is given', () => {
  it('counts instead of the mirror’s own, in either form, which is looked at nevertheless', async () => {
    for (const bytes of [signer.keyring, Buffer.from(signer.armouredKeyring)]) {
      const { keyring, problems } = await trustedKeyring(holding(other.keyring, Buffer.from('none')), {
        keyring: fileWith(bytes),
      });
      expect(keyring).toEqual(signer.keyring);
      expect(problems).toMatchObject([{ object: 'keyring.asc', rule: 'keyring' }]);
    }
  });

  it('makes up for a mirror that hands out none, but not for one that hands out half of it', async () => {
    const keyring = fileWith(signer.keyring);
    expect((await trustedKeyring(new MemoryStore(), { keyring })).problems).toEqual([]);
    for (const there of ['keyring.gpg', 'keyring.asc']) {
      const bytes = there === 'keyring.gpg' ? signer.keyring : Buffer.from(signer.armouredKeyring);
      const { problems } = await trustedKeyring(new MemoryStore(new Map([[there, bytes]])), { keyring });
      expect(problems).toMatchObject([{ rule: 'missing' }]);
    }
  });

  it('may hold more than the pinned key, which alone counts', async () => {
    const keyring = fileWith(Buffer.concat([other.keyring, signer.keyring]));
    const { fingerprint } = signer;

    expect((await trustedKeyring(new MemoryStore(), { keyring, fingerprint })).keyring).toEqual(signer.keyring);
  });

  it('refuses one without the pinned key, and names those that it has', async () => {
    const keyring = fileWith(Buffer.concat([other.keyring, other.keyring]));
    await expect(
      trustedKeyring(holding(signer.keyring), { keyring, fingerprint: signer.fingerprint }),
    ).rejects.toMatchObject({
      name: 'BadInput',
      message: `the keyring ${keyring} does not contain the key ${signer.fingerprint}`,
      hint: `it contains ${other.fingerprint}, ${other.fingerprint}`,
      misuse: true,
    });
  });

  it('refuses one that is not there', async () => {
    await expect(trustedKeyring(new MemoryStore(), { keyring: '/nowhere/keyring' })).rejects.toMatchObject({
      ...{ name: 'BadInput', misuse: true, message: expect.stringContaining('/nowhere/keyring') },
    });
  });
});
