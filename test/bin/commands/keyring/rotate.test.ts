import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addKeyring } from '../../../../bin/commands/keyring';
import { signerFrom } from '../../../../bin/keys/signing-key';
import { reportError, type Terminal } from '../../../../bin/terminal/terminal';
import { verifyMirror } from '../../../../lib/operations/verify';
import { makePrivateKey } from '../../../../lib/simplestreams/openpgp/openpgp-signer';
import type { Signer } from '../../../../lib/simplestreams/openpgp/signer';
import { DirectoryStore } from '../../../../lib/store/directory/directory';
import { makeSmallMirror, publicationTime } from '../../../fixtures/mirrors/small-mirror';
import { serve } from '../../../fixtures/servers/served-folder';
import { temporaryFolder } from '../../../fixtures/temporary-folder';
import { keptTerminal } from '../../terminal/kept-terminal';
import '../../../fixtures/needs-seconds';

const keys = mkdtempSync(join(tmpdir(), 'keys-'));
const [key, newKey] = [join(keys, 'old.asc'), join(keys, 'new.asc')];
let old: Signer;
beforeAll(async () => {
  const small = { at: publicationTime, rsaBits: 2048 };
  old = await signerFrom(key, () => makePrivateKey(small));
  await signerFrom(newKey, () => makePrivateKey(small));
});
afterAll(() => rmSync(keys, { recursive: true }));

/** What `maas-mirror` does with these words. */
async function main(words: string[], terminal: Terminal): Promise<number> {
  let code = 0;
  const program = new Command('maas-mirror').configureOutput({ writeErr: (text) => terminal.err(text) });
  addKeyring(program, terminal, (result) => {
    code = result;
  });
  for (const command of program.commands) for (const one of [command, ...command.commands]) one.exitOverride();
  try {
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    return error instanceof CommanderError ? 2 : reportError(error, terminal);
  }
}

async function madeMirror(): Promise<string> {
  return (await makeSmallMirror(temporaryFolder(), { signer: old, kernels: ['generic'] })).root;
}

async function rotate(mirror: string, ...words: string[]) {
  const terminal = keptTerminal();
  const code = await main(['keyring', 'rotate', mirror, '--key', key, '--new-key', newKey, ...words], terminal);
  return { code, ...terminal };
}

test('goes from key to key in three steps, and says each time what comes next', async () => {
  const mirror = await madeMirror();
  const next = await signerFrom(newKey);

  const announced = await rotate(mirror);
  expect(announced.outLines).toEqual([
    `the keyring of ${mirror} holds 2 keys: ${old.fingerprint} (old), ${next.fingerprint}`,
    'Next: install the new keyring (it holds both keys) at every site and pause all builds, then run:',
    `  maas-mirror keyring rotate ${mirror} --key ${key} --new-key ${newKey} --sign`,
  ]);
  const signed = await rotate(mirror, '--sign');
  expect(signed.outLines.slice(0, 2)).toEqual([
    '✓ candidate: re-signed',
    `the keyring of ${mirror} holds 2 keys: ${old.fingerprint} (old), ${next.fingerprint}`,
  ]);
  expect(signed.outLines.slice(2)).toEqual([
    'Next: give the new key to everything that publishes, check that every site has the new keyring, then run:',
    `  maas-mirror keyring rotate ${mirror} --key ${key} --new-key ${newKey} --finish`,
  ]);
  expect((await rotate(mirror, '--sign')).outLines[0]).toBe('✓ candidate: already signed by the new key');
  const finished = await rotate(mirror, '--finish');
  expect(finished.outLines.at(-1)).toBe(`Done: ${next.fingerprint} is now the only key of this mirror.`);
  expect(finished.outLines.at(-2)).toBe(`the keyring of ${mirror} holds 1 key: ${next.fingerprint}`);

  expect([announced, signed, finished].map(({ code }) => code)).toEqual([0, 0, 0]);
  const { problems } = await verifyMirror(new DirectoryStore(mirror), {
    scratch: temporaryFolder(),
    fingerprint: next.fingerprint,
  });
  expect(problems).toEqual([]);
});

test('can do each step again, and says where everything is done', async () => {
  const mirror = await madeMirror();
  for (const step of [[], [], ['--sign'], ['--sign'], ['--finish'], ['--finish'], ['--sign']]) {
    expect([step, await rotate(mirror, ...step)]).toMatchObject([step, { code: 0 }]);
  }
  expect(await rotate(mirror)).toMatchObject({
    code: 2,
    errLines: [
      expect.stringMatching(/contains only the new key [0-9A-F]{40}: the rotation is finished$/),
      expect.any(String),
    ],
  });
});

test('prints JSON', async () => {
  const { code, outLines } = await rotate(await madeMirror(), '--json');
  expect(code).toBe(0);
  expect(JSON.parse(outLines.join('\n'))).toEqual({
    keyring: [old.fingerprint, (await signerFrom(newKey)).fingerprint],
    signed: [],
    untouched: [],
  });
});

test('still hands out the keyring, with its own options', async () => {
  const mirror = await madeMirror();
  const terminal = keptTerminal();
  expect(await main(['keyring', mirror, '--json'], terminal)).toBe(0);
  expect(JSON.parse(terminal.outLines.join('\n')).fingerprints).toEqual([old.fingerprint]);
});

test('makes the new key with the first step only, and never the old one', async () => {
  const mirror = await madeMirror();
  const made = join(keys, 'made.asc');
  const said = async (...words: string[]) => {
    const terminal = keptTerminal();
    const code = await main(['keyring', 'rotate', mirror, ...words], terminal);
    return [code, terminal.errLines[0]];
  };
  const refused = [2, `error: key file ${made} does not exist`];
  expect(await said('--key', key, '--new-key', made, '--sign')).toEqual(refused);
  expect(await said('--key', key, '--new-key', made, '--finish')).toEqual(refused);
  expect(await said('--key', made, '--new-key', newKey)).toEqual(refused);
  const wrong = expect.stringMatching(/^error: .* is signed with the key [0-9A-F]{40}, not [0-9A-F]{40}$/);
  expect(await said('--key', newKey, '--new-key', made)).toEqual([1, wrong]);
  expect(existsSync(made)).toBe(false);
  expect(await said('--key', key, '--new-key', made)).toEqual([
    0,
    expect.stringMatching(/^created signing key .*made\.asc/),
  ]);
  expect(existsSync(made)).toBe(true);
});

test('refuses two steps at once, a key inside the mirror, and a mirror that is read over HTTP', async () => {
  const mirror = await madeMirror();
  expect(await rotate(mirror, '--sign', '--finish')).toMatchObject({
    code: 2,
    errLines: [
      'error: --sign and --finish cannot be used together',
      '  run --sign first, and --finish after everything that publishes has the new key',
    ],
  });
  const terminal = keptTerminal();
  const inside = join(mirror, 'new.asc');
  expect(await main(['keyring', 'rotate', mirror, '--key', key, '--new-key', inside], terminal)).toBe(2);
  expect(terminal.errLines[0]).toMatch(/^error: the private key/);
  expect(existsSync(inside)).toBe(false);
  await using server = await serve(mirror);
  expect((await rotate(server.address)).errLines[0]).toMatch(/^error: .* is read-only \(HTTP\)/);
});

test('refuses to do without a new key', async () => {
  const terminal = keptTerminal();
  expect(await main(['keyring', 'rotate', './mirror'], terminal)).toBe(2);
  expect(terminal.errLines.join('\n')).toContain('--new-key');
});
