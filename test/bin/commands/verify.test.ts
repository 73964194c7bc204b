import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runVerify } from '../../../bin/commands/reading/verify';
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

const kernel = 'pool/bookworm/amd64/20261120/generic/generic/boot-kernel';

test('says of each view what it holds, and ends with 0', async () => {
  const mirror = temporaryFolder();
  await makeSmallMirror(mirror, { signer, view: 'stable', kernels: ['generic'] });
  await makeSmallMirror(mirror, { signer });
  const terminal = keptTerminal();

  expect(await runVerify({ mirror }, terminal)).toBe(0);
  expect(terminal.outLines).toEqual([
    '✓ candidate: 2 products, 2 versions, 8 objects (0.1 MB) — signatures, MAAS rules',
    '    and checksums OK',
    '✓ stable: 1 product, 1 version, 5 objects (0.1 MB) — signatures, MAAS rules and',
    '    checksums OK',
  ]);
});

test('says each problem in lines of 80 columns, which begin with the object, and ends with 1', async () => {
  const mirror = temporaryFolder();
  await makeSmallMirror(mirror, { signer });
  rmSync(join(mirror, kernel));
  const terminal = keptTerminal();

  expect(await runVerify({ mirror }, terminal)).toBe(1);
  expect(terminal.outLines).toEqual([
    `✗ ${kernel}: missing: the index`,
    '    references it; deployments will fail [missing]',
    '1 problem found',
  ]);
});

test('does not claim to have read objects where it has not', async () => {
  const mirror = temporaryFolder();
  await makeSmallMirror(mirror, { signer });
  rmSync(join(mirror, kernel));
  const terminal = keptTerminal();

  expect(await runVerify({ mirror, objects: false }, terminal)).toBe(0);
  expect(terminal.outLines.join('\n')).toContain('objects were not read');
});

test('draws its progress over one line of a terminal, and wipes it in the end', async () => {
  const mirror = temporaryFolder();
  await makeSmallMirror(mirror, { signer });
  const terminal = keptTerminal({ isTTY: true });

  await runVerify({ mirror }, terminal);

  expect(terminal.statusLines).toHaveLength(9);
  expect(terminal.statusLines[0]).toBe('1 of 8 objects read');
  expect(terminal.statusLines.slice(-2)).toEqual(['8 of 8 objects read', '']);
  expect(terminal.errLines).toEqual([]);
});

test('writes a line for each quarter to a log', async () => {
  const mirror = temporaryFolder();
  await makeSmallMirror(mirror, { signer });
  const terminal = keptTerminal();

  await runVerify({ mirror }, terminal);

  expect(terminal.errLines).toEqual([
    '2 of 8 objects read',
    '4 of 8 objects read',
    '6 of 8 objects read',
    '8 of 8 objects read',
  ]);
});

test('prints the whole report as JSON, and nothing else', async () => {
  const mirror = temporaryFolder();
  await makeSmallMirror(mirror, { signer });
  rmSync(join(mirror, kernel));
  const terminal = keptTerminal();

  expect(await runVerify({ mirror, json: true }, terminal)).toBe(1);
  expect(JSON.parse(terminal.outLines.join('\n'))).toMatchObject({
    views: [{ view: 'candidate', products: 2 }],
    objects: 8,
    problems: [{ object: kernel, rule: 'missing' }],
  });
  expect(terminal.errLines).toEqual([]);
});

test('refuses a mirror that another key signed than the one that is pinned', async () => {
  const mirror = temporaryFolder();
  await makeSmallMirror(mirror, { signer });
  const terminal = keptTerminal();
  const fingerprint = '0123456789ABCDEF0123456789ABCDEF01234567';

  expect(await runVerify({ mirror, fingerprint }, terminal)).toBe(1);
  expect(terminal.outLines.join(' ')).toMatch(/^✗ keyring\.gpg: .*\[fingerprint\]/);
});

test('refuses a mirror in which nothing was published', async () => {
  const mirror = temporaryFolder();
  await openMirrorDirectory(mirror, { create: true });
  const terminal = keptTerminal();

  expect(await runVerify({ mirror }, terminal)).toBe(1);
  expect(terminal.outLines).toContainEqual(
    expect.stringMatching(/^✗ <view>\/streams\/v1\/index\.sjson: missing: no views found/),
  );
});

test('refuses a directory that is no mirror', async () => {
  await expect(runVerify({ mirror: temporaryFolder() }, keptTerminal())).rejects.toMatchObject({
    name: 'ForeignDirectory',
  });
});

test('verifies the one view whose address it is given, over HTTP', async () => {
  const { root } = await makeSmallMirror(temporaryFolder(), { signer });
  await using server = await serve(root);
  const terminal = keptTerminal();

  expect(await runVerify({ mirror: `${server.address}candidate/` }, terminal)).toBe(0);
  expect(terminal.outLines[0]).toMatch(/^✓ candidate: 2 products, 2 versions, 8 objects/);
});
