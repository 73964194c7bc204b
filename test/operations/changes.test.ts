import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { changesLines, changesMarkdown } from '../../bin/reading/changes-text';
import { changesOf } from '../../lib/operations/changes';
import { modulesIn, nameChanges } from '../../lib/operations/changes/modules';
import { packageChanges, packagesIn } from '../../lib/operations/changes/packages';
import { sourceChanges, sourcesIn } from '../../lib/operations/changes/sources';
import { type MadeContent, operatorKey, operatorWith } from '../bin/operation/operator';
import { folderInMemory, temporaryFolder } from '../fixtures/temporary-folder';
import '../fixtures/needs-seconds';

let key: string;
beforeAll(async () => {
  key = await operatorKey();
});

test('packages are added, removed and upgraded, in the order of their names', () => {
  const before = packagesIn('bash\t5.2-1\nopenssl\t3.0.13-4\nold\t1\nno-tab\n');
  expect(packageChanges(before, packagesIn('new\t1\nadded\t2\nopenssl\t3.0.13-5\nbash\t5.2-1\n'))).toEqual({
    added: [
      { name: 'added', version: '2' },
      { name: 'new', version: '1' },
    ],
    removed: [{ name: 'old', version: '1' }],
    upgraded: [{ name: 'openssl', from: '3.0.13-4', to: '3.0.13-5' }],
  });
});

test('modules are the same under another kernel version', () => {
  const before = modulesIn([
    'usr/lib/modules/6.8.0-49-generic/kernel/drivers/net/e1000.ko.zst',
    'bin/sh',
    'lib/modules/x',
  ]);
  const next = modulesIn(['lib/modules/6.8.0-50-generic/kernel/drivers/net/e1000.ko', 'lib/modules/6/updates/a.ko.gz']);
  expect([...before]).toEqual(['drivers/net/e1000']);
  expect(nameChanges(before, next)).toEqual({ added: ['updates/a'], removed: [] });
});

test('sources are those of the provenance; a statement of others has none', () => {
  const of = (...dependencies: object[]) =>
    JSON.stringify({ predicate: { buildDefinition: { resolvedDependencies: dependencies } } });
  const base = (sha256: string) => ({ name: 'base image', uri: 'https://images/noble', digest: { sha256 } });
  const archive = { name: 'archive', uri: 'http://archive/noble', digest: { sha256: 'a' } };
  const before = sourcesIn(of(base('1'), { name: 'build package', uri: 'pkg:deb/x' }));
  expect(sourceChanges(before, sourcesIn(of(base('2'), archive)))).toEqual({
    ...{ added: ['http://archive/noble'], removed: [], changed: ['https://images/noble'] },
  });
  for (const text of ['', '[]', 'null', '{"predicate":{}}']) expect(sourcesIn(text).size).toBe(0);
});

const [old, next] = ['20261120.083000', '20261125.083000'];

/** A newc archive with small files. */
function initrdOf(...names: string[]): Buffer {
  const entry = (name: string) => {
    const hex = [0, 0o100644, 0, 0, 1, 0, 4, 0, 0, 0, 0, name.length + 1, 0].map((n) =>
      n.toString(16).padStart(8, '0'),
    );
    const text = Buffer.from(`070701${hex.join('')}${name}\0`);
    return Buffer.concat([text, Buffer.alloc((4 - (text.length % 4)) % 4), Buffer.from('file')]);
  };
  return gzipSync(Buffer.concat([...names, 'TRAILER!!!'].map(entry)));
}

async function mirrorWithTwo(more: { readonly old?: MadeContent; readonly next?: MadeContent } = {}) {
  const operator = await operatorWith(key, folderInMemory());
  const modules = 'lib/modules/6.8.0/kernel';
  await operator.publish(old, { manifest: 'a\t1\n', initrd: initrdOf(`${modules}/a.ko`), ...more.old });
  await operator.publish(next, {
    ...{ manifest: 'a\t2\n', initrd: initrdOf(`${modules}/a.ko`, `${modules}/nvme.ko`) },
    ...{ facts: { kernel_version: '6.8.0-50.51' }, ...more.next },
  });
  return operator;
}

describe('the changes of a view', () => {
  test('compare the newest version with the one before, all flavours of a release at once', async () => {
    const { store } = await mirrorWithTwo();
    const { changes } = await changesOf(store, 'candidate', { release: '24.04' });

    expect(changes).toEqual([
      {
        ...{ release: 'noble', architecture: 'amd64', recipe: false, serial: { from: '20261120', to: '20261125' } },
        ...{ old: { view: 'candidate', version: old }, next: { view: 'candidate', version: next } },
        packages: { added: [], removed: [], upgraded: [{ name: 'a', from: '1', to: '2' }] },
        flavours: ['ga-24.04', 'hwe-24.04'].map((flavour) => ({
          ...{ flavour, kernel: { from: '6.8.0-48.48', to: '6.8.0-50.51' } },
          initrd: { from: expect.any(Number), to: expect.any(Number) },
        })),
      },
    ]);
    expect(changesLines({ changes, only: [] })).toEqual([
      `noble amd64 ${old} -> ${next}`,
      '  serial    20261120 -> 20261125',
      '  packages  1 upgraded',
      '    ~ a  1 -> 2',
      '  ga-24.04      kernel 6.8.0-48.48 -> 6.8.0-50.51',
      expect.stringMatching(/^ {16}initrd 0\.0 MB -> 0\.0 MB$/),
      '  hwe-24.04     kernel 6.8.0-48.48 -> 6.8.0-50.51',
      expect.stringMatching(/^ {16}initrd 0\.0 MB -> 0\.0 MB$/),
    ]);
    expect(changesMarkdown({ changes, only: [] })).toContain('| a | 1 | 2 |');
  });

  test('read the modules of the initrds of two versions that are named', async () => {
    const { store } = await mirrorWithTwo();
    const { changes } = await changesOf(store, 'candidate', {
      ...{ release: 'noble', flavours: ['ga'], versions: [old, next], scratch: temporaryFolder() },
    });
    expect(changes[0]?.flavours.map(({ modules }) => modules)).toEqual([{ added: ['nvme'], removed: [] }]);
    expect(changesLines({ changes, only: [] }).at(-1)).toBe('                1 module in the initrd: +nvme');
  });

  test('take the newest version of each product for a name', async () => {
    const { store } = await mirrorWithTwo();
    const { changes } = await changesOf(store, 'candidate', { versions: [old, 'newest'] });
    expect(changes.map((one) => [one.old.version, one.next.version])).toEqual([[old, next]]);
  });

  test('name what only one of two views has', async () => {
    const { store, type } = await mirrorWithTwo();
    await type('promote', 'candidate', 'stable', 'noble', '--flavour', 'ga');
    const { changes, only } = await changesOf(store, 'candidate', { between: 'stable' });

    expect(changes.map(({ old: was, next: is }) => [was.view, is.view])).toEqual([['stable', 'candidate']]);
    expect(only).toEqual([{ view: 'candidate', key: 'ubuntu/noble/amd64/hwe-24.04/generic' }]);
    expect(changesLines({ changes, only }).at(-1)).toBe('only in candidate: noble amd64 hwe-24.04');
  });

  test('refuse a version that the view does not have', async () => {
    const { store } = await mirrorWithTwo();
    await expect(changesOf(store, 'candidate', { versions: [old, '20261126.083000'] })).rejects.toMatchObject({
      ...{ name: 'NoSuchVersion', misuse: true, message: 'the view candidate has no version 20261126.083000' },
      hint: `it has: ${next}, ${old}`,
    });
  });

  test('refuse a mirror that has lost a manifest', async () => {
    const { store } = await mirrorWithTwo();
    const manifest = `pool/noble/amd64/${next}/squashfs.manifest`;
    await store.remove(manifest);
    await expect(changesOf(store, 'candidate', {})).rejects.toMatchObject({
      ...{ name: 'NoSuchObject', message: `${store.name} has no ${manifest}, but the view candidate names it` },
      hint: '`maas-mirror verify` lists all missing files',
    });
  });

  test('say that there is nothing to compare', async () => {
    const { store, publish } = await operatorWith(key, folderInMemory());
    await publish(old);
    expect(changesLines(await changesOf(store, 'candidate', {}))).toEqual([
      'nothing to compare: no product has two versions',
    ]);
  });
});
