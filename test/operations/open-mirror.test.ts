import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { mirror } from '../../lib/job/layout';
import { listMirror } from '../../lib/operations/list';
import { openMirror, splitViewAddress } from '../../lib/operations/open-mirror';
import { type VerifyReport, verifyMirror } from '../../lib/operations/verify';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { openMirrorDirectory, openStore } from '../../lib/store/open';
import { makeSmallMirror, smallSigner } from '../fixtures/mirrors/small-mirror';
import { serve } from '../fixtures/servers/served-folder';
import { folderInMemory } from '../fixtures/temporary-folder';
import '../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

async function verified(address: string, asked?: readonly string[]): Promise<VerifyReport> {
  const { store, views } = await openMirror(address, asked);
  return verifyMirror(store, { scratch: folderInMemory(), ...(views && { views }) });
}

describe('a mirror on a web server', () => {
  test('is whole, whether its own address is given, or that of a view', async () => {
    const { root } = await makeSmallMirror(folderInMemory(), { signer });
    await using server = await serve(root);

    const reports = [await verified(`${server.address}candidate`), await verified(server.address, ['candidate'])];

    for (const report of reports) expect(report).toMatchObject({ objects: 8, problems: [] });
  });

  test('can be a frozen view, two folders deep', async () => {
    const { root } = await makeSmallMirror(folderInMemory(), { signer });
    await makeSmallMirror(root, { signer, view: 'snapshots/2026-11-20', label: 'candidate' });
    await using server = await serve(root);

    const { views, problems } = await verified(`${server.address}snapshots/2026-11-20/`);

    expect(views).toMatchObject([{ view: 'snapshots/2026-11-20', objects: 8 }]);
    expect(problems).toEqual([]);
  });

  test('has its items read where MAAS reads them, below the view', async () => {
    const { root } = await makeSmallMirror(folderInMemory(), { signer });
    rmSync(join(root, 'candidate/bookworm/amd64/20261120'));
    await using server = await serve(root);

    const { problems } = await verified(`${server.address}candidate/`);

    expect(problems).toHaveLength(8);
    expect(problems).toContainEqual(
      expect.objectContaining({ object: 'candidate/bookworm/amd64/20261120/squashfs', rule: 'missing' }),
    );
  });

  test('is listed by the address of a view', async () => {
    const { root } = await makeSmallMirror(folderInMemory(), { signer });
    await using server = await serve(root);

    const { store, views } = await openMirror(`${server.address}candidate/`);

    expect(await listMirror(store, { ...(views && { views }) })).toHaveLength(2);
  });

  test('refuses to guess the views where none is named', async () => {
    const { root } = await makeSmallMirror(folderInMemory(), { signer });
    await using server = await serve(root);

    await expect(verified(server.address)).rejects.toMatchObject({
      name: 'BadInput',
      misuse: true,
      hint: expect.stringContaining('--view'),
    });
  });

  test('refuses a server that serves nothing but a view', async () => {
    const { root } = await makeSmallMirror(folderInMemory(), { signer });
    await using server = await serve(join(root, 'candidate'));

    await expect(verified(server.address)).rejects.toMatchObject({
      name: 'NotSupported',
      message: `${new URL(server.address).host} is a view, without the mirror that it belongs to`,
      hint: 'serve its parent folder, which contains keyring.gpg and pool/',
    });
  });

  test('is opened as it is where views are named, whichever it has, or none is found at its address', async () => {
    const { root } = await makeSmallMirror(folderInMemory(), { signer });
    await using server = await serve(root);

    const named = await openMirror(`${server.address}candidate/`, ['nope']);
    expect(named).toMatchObject({ views: ['nope'], store: { name: `${server.address}candidate/` } });
    const { store, ...rest } = await openMirror(server.address);
    expect(store.name).toBe(server.address);
    expect(rest).toEqual({});
  });
});

describe('a mirror in a directory', () => {
  test('has all its views looked at unless some are named', async () => {
    const { root } = await makeSmallMirror(folderInMemory(), { signer });
    await makeSmallMirror(root, { signer, view: 'stable' });

    expect((await verified(root)).views.map(({ view }) => view)).toEqual(['candidate', 'stable']);
    expect((await verified(root, ['stable'])).views.map(({ view }) => view)).toEqual(['stable']);
  });

  test('has a view looked at that lost its index', async () => {
    const store = await makeSmallMirror(folderInMemory(), { signer });
    await store.remove(mirror.index('candidate'));

    expect((await verified(store.root)).problems).toMatchObject([
      { object: mirror.index('candidate'), rule: 'missing' },
    ]);
  });
});

describe('a copy of views alone', () => {
  test('is verified by itself, whether its own folder is given, or that of a view', async () => {
    const { root } = await makeSmallMirror(folderInMemory(), { signer });
    const copy = folderInMemory();
    cpSync(join(root, 'candidate'), join(copy, 'candidate'), { recursive: true, dereference: true });
    const missing = [
      { object: 'keyring.gpg', rule: 'missing' },
      { object: 'keyring.asc', rule: 'missing' },
    ];

    for (const address of [copy, join(copy, 'candidate'), `${copy}/candidate/`]) {
      expect(await verified(address)).toMatchObject({ objects: 8, problems: missing });
    }
    cpSync(join(root, 'keyring.gpg'), join(copy, 'keyring.gpg'));
    cpSync(join(root, 'keyring.asc'), join(copy, 'keyring.asc'));
    expect(await verified(join(copy, 'candidate'))).toMatchObject({ objects: 8, problems: [] });
    rmSync(join(copy, 'candidate/bookworm/amd64/20261120/squashfs'));
    const squashfs = 'candidate/bookworm/amd64/20261120/squashfs';
    expect((await verified(copy)).problems).toMatchObject([{ object: squashfs, rule: 'missing' }]);
  });

  test('can be a frozen view', async () => {
    const { root } = await makeSmallMirror(folderInMemory(), {
      signer,
      view: 'snapshots/2026-11-20',
      label: 'candidate',
    });
    const frozen = join(root, 'snapshots/2026-11-20');

    expect(await verified(frozen)).toMatchObject({ views: [{ view: 'snapshots/2026-11-20' }], problems: [] });
    rmSync(join(root, 'format.json'));
    expect(await verified(root)).toMatchObject({ views: [{ view: 'snapshots/2026-11-20' }], problems: [] });
  });

  test('refuses other folders as before, and is refused by whatever writes', async () => {
    const { root } = await makeSmallMirror(folderInMemory(), { signer });
    rmSync(join(root, 'format.json'));

    await expect(openMirror(join(root, 'pool'))).rejects.toMatchObject({ name: 'ForeignDirectory' });
    for (const create of [false, true]) {
      await expect(openStore(root, { create })).rejects.toMatchObject({ name: 'ForeignDirectory' });
      await expect(openStore(join(root, 'candidate'), { create })).rejects.toMatchObject({ name: 'ForeignDirectory' });
    }
  });
});

test('a view in a directory is opened by the mirror above it', async () => {
  const { root } = await makeSmallMirror(folderInMemory(), { signer });

  for (const address of [join(root, 'candidate'), `${root}/candidate/`]) {
    const { store, views } = await openMirror(address);
    expect(store.name).toBe(root);
    expect(views).toEqual(['candidate']);
  }
});

test('refuses a view that a mirror without any does not have', async () => {
  const { root } = await openMirrorDirectory(folderInMemory(), { create: true });

  await expect(openMirror(root, ['candidate'])).rejects.toMatchObject({
    name: 'BadInput',
    message: `${root} has no view "candidate"; it has no views yet`,
    hint: 'check the name of the view',
    misuse: true,
  });
});

test.each([
  ['http://host/', 'host'],
  ['http://host:8080', 'host:8080'],
])('refuses to take %s for a view below another address', (address, whole) => {
  expect(() => splitViewAddress(address)).toThrow(`${whole} is a view, without the mirror that it belongs to`);
});

test('an address keeps its user and its folders when it is taken apart', () => {
  expect(splitViewAddress('https://me:secret@host:8443/maas/candidate')).toEqual({
    base: 'https://me:secret@host:8443/maas/',
    view: 'candidate',
  });
  expect(splitViewAddress('http://host/snapshots/2026-11-20/')).toEqual({
    base: 'http://host/',
    view: 'snapshots/2026-11-20',
  });
  expect(splitViewAddress('http://host//a//b/')).toEqual({ base: 'http://host/a/', view: 'b' });
  expect(splitViewAddress('http://host/snapshots/a/b/')).toEqual({ base: 'http://host/snapshots/a/', view: 'b' });
});

test('refuses a view that a mirror does not have, and lists those that it has', async () => {
  const { root } = await makeSmallMirror(folderInMemory(), { signer });
  await makeSmallMirror(root, { signer, view: 'next' });

  await expect(openMirror(root, ['candidate', 'nope'])).rejects.toMatchObject({
    name: 'BadInput',
    misuse: true,
    message: expect.stringMatching(/ has no view "nope"; it has candidate, next$/),
  });
  rmSync(join(root, 'next/streams/v1/index.sjson'));
  expect((await verified(root, ['next'])).problems).not.toEqual([]);
});
