import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runKeyring } from '../../../bin/commands/keyring';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { openMirrorDirectory } from '../../../lib/store/open';
import { makeSmallMirror, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serve } from '../../fixtures/servers/served-folder';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keptTerminal } from '../terminal/kept-terminal';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

async function madeMirror(): Promise<string> {
  const { root } = await makeSmallMirror(temporaryFolder(), { signer, kernels: ['generic'] });
  return root;
}

test('writes the binary keyring to a file and says its fingerprint and the file', async () => {
  const output = join(temporaryFolder(), 'mirror.gpg');
  const terminal = keptTerminal({ isTTY: true });

  expect(await runKeyring({ mirror: await madeMirror(), output }, terminal)).toBe(0);
  expect(readFileSync(output)).toEqual(signer.keyring);
  expect(terminal.outLines).toEqual([output]);
  expect(terminal.errLines).toEqual([`key ${signer.fingerprint}`]);
});

test('writes the armoured keyring to a file or a terminal', async () => {
  const output = join(temporaryFolder(), 'mirror.asc');
  const terminal = keptTerminal({ isTTY: true });
  const options = { mirror: await madeMirror(), armour: true };

  expect(await runKeyring({ ...options, output }, keptTerminal())).toBe(0);
  expect(await runKeyring(options, terminal)).toBe(0);
  expect(readFileSync(output, 'utf8')).toBe(signer.armouredKeyring);
  expect(`${terminal.outLines.join('\n')}\n`).toBe(signer.armouredKeyring);
});

test('writes the binary keyring to a pipe, byte for byte', async () => {
  const terminal = keptTerminal();

  expect(await runKeyring({ mirror: await madeMirror() }, terminal)).toBe(0);
  expect(Buffer.concat(terminal.bytes)).toEqual(signer.keyring);
  expect(terminal.outLines).toEqual([]);
});

test('refuses to write a binary keyring to a terminal, and says where it lies', async () => {
  const terminal = keptTerminal({ isTTY: true });
  const mirror = await madeMirror();

  await expect(runKeyring({ mirror }, terminal)).rejects.toMatchObject({
    name: 'BadInput',
    misuse: true,
    message: 'the binary keyring is not printed to a terminal',
    hint: `save it with --output FILE, or print it as text with --armour; the keyring is ${mirror}/keyring.gpg`,
  });
  expect(terminal.bytes).toEqual([]);
  expect(terminal.errLines).toEqual([`key ${signer.fingerprint}`]);
});

test('hands out the keyring that belongs to the address of a view', async () => {
  await using server = await serve(await madeMirror());
  const terminal = keptTerminal();

  for (const mirror of [server.address, `${server.address}candidate`]) {
    await runKeyring({ mirror, json: true }, terminal);
    expect(JSON.parse(terminal.outLines.splice(0).join('\n'))).toEqual({
      keyring: `${server.address}keyring.gpg`,
      fingerprints: [signer.fingerprint],
    });
  }
});

test('prints place and fingerprints as JSON', async () => {
  const terminal = keptTerminal({ isTTY: true });
  const mirror = await madeMirror();

  expect(await runKeyring({ mirror, json: true }, terminal)).toBe(0);
  expect(JSON.parse(terminal.outLines.join('\n'))).toEqual({
    keyring: `${mirror}/keyring.gpg`,
    fingerprints: [signer.fingerprint],
  });
  expect(terminal.errLines).toEqual([]);
});

test('refuses a mirror without a keyring', async () => {
  const { root } = await openMirrorDirectory(temporaryFolder(), { create: true });

  await expect(runKeyring({ mirror: root }, keptTerminal())).rejects.toMatchObject({
    name: 'NoSuchObject',
    message: `${root}/keyring.gpg does not exist`,
    hint: 'check that this is a mirror; the keyring is created by the first publication',
  });
});

test('refuses a file in a folder that does not exist', async () => {
  const output = join(temporaryFolder(), 'nowhere', 'mirror.gpg');

  await expect(runKeyring({ mirror: await madeMirror(), output }, keptTerminal())).rejects.toMatchObject({
    name: 'BadInput',
    misuse: true,
    message: expect.stringMatching(new RegExp(`^cannot write --output .*: ENOENT.*${output}`)),
    hint: 'give a file in an existing folder that you can write to',
  });
});

test('hands out the keyring of the mirror that a view belongs to', async () => {
  const terminal = keptTerminal();

  expect(await runKeyring({ mirror: join(await madeMirror(), 'candidate') }, terminal)).toBe(0);
  expect(Buffer.concat(terminal.bytes)).toEqual(signer.keyring);
});

test('names the file that was written in JSON, too', async () => {
  const output = join(temporaryFolder(), 'mirror.gpg');
  const terminal = keptTerminal();
  const mirror = await madeMirror();

  expect(await runKeyring({ mirror, output, json: true }, terminal)).toBe(0);
  expect(JSON.parse(terminal.outLines.join('\n'))).toEqual({
    keyring: `${mirror}/keyring.gpg`,
    fingerprints: [signer.fingerprint],
    output,
  });
  expect(readFileSync(output)).toEqual(signer.keyring);
});

test('refuses binary output where there is none', async () => {
  const { writeBinary, ...terminal } = keptTerminal();
  await expect(runKeyring({ mirror: await madeMirror() }, terminal)).rejects.toMatchObject({ name: 'BadInput' });
});
