import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { foldersOf, made } from '../../lib/job/layout';
import { prepare } from '../../lib/stages/prepare';
import type { Workbench } from '../../lib/stages/workbench';
import type { DirectoryStore } from '../../lib/store/directory/directory';
import { type LookAlike, lookAlike, serveArchive } from '../fixtures/images/look-alike';
import { benchFor, withProgress } from './made/workbench';

let noble: LookAlike;
beforeAll(async () => {
  noble = await lookAlike('noble');
});

async function preparing(bench: Workbench) {
  await bench.store.create(made.squashfs(foldersOf(bench.job).root), { file: noble.squashfs });
  const { result, shown } = await withProgress(() => prepare(bench));
  const read = (key: string) => readFileSync(join((bench.store as DirectoryStore).root, key));
  return { result, shown, materials: JSON.parse(`${read(made.materials(bench.folder))}`) };
}

const requested = (archive: string, fields: object = {}) => ({
  ...{ release: 'noble', kernels: { required: ['ga'], optional: ['hwe'] } },
  sources: { archive, archiveKeyringData: readFileSync(noble.keyring).toString('base64') },
  ...fields,
});

it('makes the layer of all flavours, and says what it is made of', async () => {
  await using archive = await serveArchive(noble.archive);
  const bench = benchFor('prepare', requested(archive.url));

  const { result, shown, materials } = await preparing(bench);

  expect(shown.slice(0, 2)).toEqual(['reading the package lists', 'installing the initramfs packages']);
  expect(result.kernels).toMatchObject([
    { outcome: 'resolved', kernel: 'ga', imagePackage: noble.images.ga?.name },
    { outcome: 'resolved', kernel: 'hwe', imagePackage: noble.images.hwe?.name },
  ]);
  expect(materials).toMatchObject({ changed: [], removed: [] });
  const suites = (materials.archives as { readonly suite: string }[]).map(({ suite }) => suite);
  expect(suites.sort()).toEqual(['noble', 'noble-security', 'noble-updates']);
  expect(Object.keys(materials.installed)).toEqual(['', 'ga', 'hwe']);
  expect(materials.installed[''].map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(['cloud-initramfs-copymods', 'cloud-initramfs-rooturl', 'cryptsetup-initramfs']),
  );
  const layer = join((bench.store as DirectoryStore).root, made.layer(bench.folder));
  const files = execFileSync('unsquashfs', ['-l', '-d', '', layer], { encoding: 'utf8' }).split('\n');
  expect(files).toContain('/etc/iscsi/iscsi.initramfs');
  expect(files).toContain('/usr/share/initramfs-tools/hooks/copymods');
  expect(readFileSync(layer).readUInt32LE(8)).toBe(readFileSync(noble.squashfs).readUInt32LE(8));
});

it('takes up what the upgrade stage has seen and changed', async () => {
  await using archive = await serveArchive(noble.archive);
  const fields = { kernels: { required: ['ga'] }, customise: { packages: ['openssl'] } };
  const bench = benchFor('prepare', requested(archive.url, fields), { customised: true });
  const { base, root } = foldersOf(bench.job);
  const seen = { uri: 'http://elsewhere.example/ubuntu', suite: 'noble', sha256: 'a'.repeat(64) };
  await bench.store.create(made.squashfs(base), { file: noble.squashfs });
  const removed = [{ path: '/etc/key', what: 'private key', of: 'ssl-cert' }];
  const hand = (key: string, content: unknown) =>
    bench.store.create(key, Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)));
  await hand(made.archives(root), [seen, seen]);
  await hand(made.removed(root), removed);
  await hand(made.repositories(root), []);
  await hand(made.manifest(base), 'cloud-init\t1\n');
  await hand(made.manifest(root), 'cloud-init\t1\nopenssl\t3\n');

  const { materials } = await preparing(bench);

  expect(materials).toMatchObject({ removed, changed: [{ name: 'openssl', from: null, to: '3' }] });
  const archives = materials.archives as { readonly uri: string }[];
  expect(archives).toHaveLength(4);
  expect(archives.filter(({ uri }) => uri === seen.uri)).toEqual([seen]);
});
