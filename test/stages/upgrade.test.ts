import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { foldersOf, made } from '../../lib/job/layout';
import { sha256Of } from '../../lib/sha256';
import { upgrade } from '../../lib/stages/upgrade';
import type { DirectoryStore } from '../../lib/store/directory/directory';
import { lookAlike, serveArchive } from '../fixtures/images/look-alike';
import { cloudInitVersions, motdVersions } from '../fixtures/images/look-alike/packages';
import { benchFor, withProgress } from './made/workbench';

it('changes an image step by step, and hands on what it is made of', async () => {
  const noble = await lookAlike('noble');
  await using archive = await serveArchive(noble.archive);
  const customise = {
    purge: ['motd-news-config'],
    packages: ['cryptsetup-initramfs', 'ssl-cert'],
    proposed: ['cloud-init'],
  };
  const sources = { archive: archive.url, archiveKeyringData: readFileSync(noble.keyring).toString('base64') };
  const bench = benchFor('upgrade', { release: 'noble', customise, sources, compression: 'lz4' });
  await bench.store.create(made.squashfs(foldersOf(bench.job).base), { file: noble.squashfs });

  const { result, shown } = await withProgress(() => upgrade(bench));

  expect(shown.filter((line) => !line.startsWith('warning: '))).toEqual([
    'reading the package lists',
    'purging motd-news-config',
    'installing motd-news-config, cryptsetup-initramfs, ssl-cert',
    'installing cloud-init from -proposed',
    'packing the changed image',
  ]);
  const read = (key: string) => readFileSync(join((bench.store as DirectoryStore).root, key));
  const manifest = read(made.manifest(bench.folder));
  expect(`${manifest}`).toContain(`motd-news-config\t${motdVersions.release}\n`);
  expect(`${manifest}`).toContain(`cloud-init\t${cloudInitVersions.proposed}\n`);
  expect(`${manifest}`).toMatch(/^cryptsetup-initramfs\t/m);
  // What a package only recommends comes along with it.
  expect(`${manifest}`).toMatch(/^openssl\t/m);
  const squashfs = read(made.squashfs(bench.folder));
  expect(result).toEqual({
    squashfs: { sha256: sha256Of(squashfs), size: squashfs.length },
    manifest: { sha256: sha256Of(manifest), size: manifest.length },
  });
  // lz4, and the time of the image that it was made of, in the superblock.
  expect(squashfs.readUInt16LE(20)).toBe(5);
  expect(squashfs.readUInt32LE(8)).toBe(readFileSync(noble.squashfs).readUInt32LE(8));
  expect(JSON.parse(`${read(made.repositories(bench.folder))}`)).toEqual([]);
  const archives = JSON.parse(`${read(made.archives(bench.folder))}`) as { readonly suite: string }[];
  expect(archives.map(({ suite }) => suite).sort()).toEqual([
    'noble',
    'noble-proposed',
    'noble-security',
    'noble-updates',
  ]);
  expect(JSON.parse(`${read(made.removed(bench.folder))}`)).toEqual([
    { path: '/etc/ssl/certs/ssl-cert-snakeoil.pem', what: 'identity', of: 'ssl-cert' },
    { path: '/etc/ssl/private/ssl-cert-snakeoil.key', what: 'private key', of: 'ssl-cert' },
  ]);
});
