import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gpgvCommand, verifyClearsigned, verifyDetached } from '../../lib/machine/gpgv';
import { makePrivateKey, openpgpSigner } from '../../lib/simplestreams/openpgp/openpgp-signer';

const at = new Date('2026-10-12T04:11:09Z');
const text = '{\n "a": 1\n}\n';
let folder: string;
let files: { clearsigned: string; signature: string; text: string; keyring: string; armoured: string; other: string };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gpgv-'));
  const signer = await openpgpSigner(await makePrivateKey({ at, rsaBits: 2048 }));
  const other = await openpgpSigner(await makePrivateKey({ at, rsaBits: 2048 }));
  const written = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  files = {
    clearsigned: written('index.sjson', await signer.clearsign(text, at)),
    signature: written('index.json.gpg', await signer.detach(text, at)),
    text: written('index.json', text),
    keyring: written('keyring.gpg', signer.keyring),
    armoured: written('keyring.asc', signer.armouredKeyring),
    other: written('other.gpg', other.keyring),
  };
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('verifyClearsigned', () => {
  it('takes what a key of the keyring has signed', async () => {
    expect((await verifyClearsigned(files.clearsigned, files.keyring)).toString()).toBe(text);
  });

  it('takes a keyring and a file from a folder with colons in its name', async () => {
    const odd = join(folder, 'a:b');
    mkdirSync(odd);
    for (const file of [files.keyring, files.clearsigned]) copyFileSync(file, join(odd, basename(file)));
    const taken = await verifyClearsigned(join(odd, 'index.sjson'), join(odd, 'keyring.gpg'));
    expect(taken.toString()).toBe(text);
  });

  it('refuses a file that it dislikes line by line, and keeps only the beginning of what gpgv says of each', async () => {
    const dashes = join(folder, 'dashes.sjson');
    writeFileSync(dashes, `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n${'-x\n'.repeat(1_000_000)}`);
    const error = await verifyClearsigned(dashes, files.keyring).catch((caught: Error) => caught);
    expect(error).toMatchObject({ name: 'BadSignature' });
    expect((error as Error).message.length).toBeLessThan(100_000);
  });

  it('refuses a changed text, with gpgv’s words', async () => {
    const changed = `${files.clearsigned}.changed`;
    const signer = await openpgpSigner(await makePrivateKey({ at, rsaBits: 2048 }));
    writeFileSync(`${changed}.gpg`, signer.keyring);
    writeFileSync(changed, (await signer.clearsign(text, at)).replace('"a": 1', '"a": 2'));
    await expect(verifyClearsigned(changed, `${changed}.gpg`)).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringMatching(/^bad signature of .*index\.sjson\.changed: [\s\S]*BAD signature/),
    });
  });

  it('refuses a key that is not in the keyring', async () => {
    await expect(verifyClearsigned(files.clearsigned, files.other)).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringContaining('No public key'),
      hint: 'the file was changed, or it was signed with a key that is not in the keyring',
    });
  });

  it('refuses an armoured keyring, which gpgv does not read', async () => {
    await expect(verifyClearsigned(files.clearsigned, files.armoured)).rejects.toMatchObject({ name: 'BadSignature' });
  });

  it('refuses a file that is not there', async () => {
    await expect(verifyClearsigned('/no/such/file', files.keyring)).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringContaining('/no/such/file'),
    });
  });

  it('refuses a keyring without a path before gpgv looks elsewhere for it', async () => {
    await expect(verifyClearsigned(files.clearsigned, 'keyring.gpg')).rejects.toMatchObject({
      name: 'BadInput',
      message: 'the keyring keyring.gpg is not an absolute path',
      hint: 'specify an absolute path; gpgv looks for other names in its home folder',
    });
  });

  it('refuses to guess where gpgv is missing', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    try {
      await expect(verifyClearsigned(files.clearsigned, files.keyring)).rejects.toMatchObject({
        name: 'MissingTool',
        message: 'gpgv is not installed',
        hint: 'install the package gpgv',
      });
    } finally {
      process.env.PATH = path;
    }
  });

  it('refuses where gpgv cannot be started, and blames no signature for it', async () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'gpgv'), '#!/bin/sh\n', { mode: 0o644 });
    const path = process.env.PATH;
    process.env.PATH = bin;
    try {
      await expect(verifyClearsigned(files.clearsigned, files.keyring)).rejects.toMatchObject({
        name: 'CommandFailed',
        message: 'cannot start gpgv (EACCES)',
        cause: expect.objectContaining({ code: 'EACCES' }),
      });
    } finally {
      process.env.PATH = path;
    }
  });
});

describe('verifyDetached', () => {
  it('takes a file with its signature', async () => {
    await verifyDetached(files.signature, files.text, files.keyring);
  });

  it('refuses another file', async () => {
    await expect(verifyDetached(files.signature, files.keyring, files.keyring)).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringContaining('BAD signature'),
    });
  });
});

describe('gpgvCommand', () => {
  it('keeps file names from being read as options', () => {
    const args = ['--keyring', './-k.gpg', '--output', '-', '--', '/--help'];
    expect(gpgvCommand('/a/-k.gpg', ['--output', '-'], ['/--help'])).toEqual({ cwd: '/a', args });
  });
});
