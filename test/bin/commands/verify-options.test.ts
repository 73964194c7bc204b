import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { main } from '../../../bin/command-line';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { environment } from '../../fixtures/aws/fake-aws';
import { makeSmallMirror, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keptTerminal } from '../terminal/kept-terminal';
import '../../fixtures/needs-seconds';

/** One with the views candidate, next and stable, which is only read here. */
const mirror = mkdtempSync(join(tmpdir(), 'verified-'));
let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
  for (const view of ['candidate', 'next', 'stable']) {
    await makeSmallMirror(mirror, { signer, view, kernels: ['generic'] });
  }
});
afterAll(() => rmSync(mirror, { recursive: true }));

async function verify(...words: string[]) {
  const terminal = keptTerminal();
  return { code: await main(['verify', mirror, ...words], terminal), ...terminal };
}

it('verifies the views that are named, by an option that may be repeated', async () => {
  const { code, outLines } = await verify('--view', 'next,stable', '--view', 'candidate');
  const viewsIn = (lines: readonly string[]) => lines.flatMap((line) => line.match(/^✓ ([^:]+):/)?.[1] ?? []);
  expect(viewsIn(outLines)).toEqual(['next', 'stable', 'candidate']);
  expect(code).toBe(0);
  expect(viewsIn((await verify('--view', 'stable')).outLines)).toEqual(['stable']);
});

it('trusts the key that is named, as keyring, gpg and people write its fingerprint', async () => {
  const { fingerprint } = signer;
  const grouped = (fingerprint.match(/.{4}/g) ?? []).join(' ');
  for (const written of [fingerprint, fingerprint.toLowerCase(), `0x${fingerprint}`, grouped]) {
    expect((await verify('--fingerprint', written, '--no-objects')).code).toBe(0);
  }
});

it('trusts a keyring that is named, and only that', async () => {
  const [own, other] = [join(temporaryFolder(), 'own.gpg'), join(temporaryFolder(), 'other.gpg')];
  writeFileSync(own, signer.keyring);
  writeFileSync(other, (await smallSigner('other')).keyring);

  expect((await verify('--keyring', own, '--no-objects')).code).toBe(0);
  expect((await verify('--keyring', other, '--no-objects')).code).toBe(1);
});

it.each([
  'AB'.repeat(19),
  'AB'.repeat(21),
  `${'AB'.repeat(19)}XY`,
  'x'.repeat(64),
  '',
  `1x${'AB'.repeat(20)}`,
])('refuses %j as a fingerprint', async (text) => {
  const { code, errLines, outLines } = await verify('--fingerprint', text);

  expect(code).toBe(2);
  expect(errLines).toEqual([
    `error: --fingerprint ${JSON.stringify(text)}: not a full key fingerprint`,
    '  give all 40 hex digits, as printed by maas-mirror keyring or gpg --fingerprint',
  ]);
  expect(outLines).toEqual([]);
});

it('refuses a keyring that cannot be read, as the option that named it', async () => {
  const { code, errLines } = await verify('--keyring', '/no/such.gpg');
  expect(code).toBe(2);
  expect(errLines[0]).toMatch(/^error: --keyring names \/no\/such\.gpg, which cannot be read/);
});

it('leaves no temporary files, and takes Ctrl-C no longer, when it has ended', async () => {
  const temporary = temporaryFolder();
  environment({ TMPDIR: temporary });
  const before = process.listenerCount('SIGINT');

  expect((await verify('--no-objects')).code).toBe(0);

  expect(readdirSync(temporary).filter((name) => name.startsWith('maas-mirror-verify'))).toEqual([]);
  expect(process.listenerCount('SIGINT')).toBe(before);
});

it('leaves no temporary files when it is interrupted', async () => {
  const temporary = temporaryFolder();
  environment({ TMPDIR: temporary });
  const left: string[][] = [];
  const scratch = () => readdirSync(temporary).filter((name) => name.startsWith('maas-mirror-verify'));
  const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
    left.push([String(code), ...scratch()]);
    return undefined as never;
  });
  onTestFinished(() => exit.mockRestore());
  const seen: string[][] = [];
  const status = () => {
    if (seen.length > 0) return;
    seen.push(scratch());
    process.emit('SIGINT', 'SIGINT');
  };

  await main(['verify', mirror], { ...keptTerminal({ isTTY: true }), status });

  expect(seen).toEqual([[expect.stringMatching(/^maas-mirror-verify-/)]]);
  expect(left).toEqual([['130']]);
});
