import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { foldersOf, made } from '../../lib/job/layout';
import { upgrade } from '../../lib/stages/upgrade';
import type { DirectoryStore } from '../../lib/store/directory/directory';
import { lookAlike, serveArchive } from '../fixtures/images/look-alike';
import { cloudInitVersions, motdVersions } from '../fixtures/images/look-alike/packages';
import { benchFor, withProgress } from './made/workbench';

it('upgrades all packages of an image where all of -proposed is wanted, and says nothing of what was not asked for', async () => {
  const noble = await lookAlike('noble');
  await using archive = await serveArchive(noble.archive);
  const sources = { archive: archive.url, archiveKeyringData: readFileSync(noble.keyring).toString('base64') };
  const customise = { allProposed: true };
  const bench = benchFor('upgrade', { release: 'noble', customise, sources, compression: 'lz4' });
  await bench.store.create(made.squashfs(foldersOf(bench.job).base), { file: noble.squashfs });

  const { shown } = await withProgress(() => upgrade(bench));

  expect(shown.filter((line) => !line.startsWith('warning: '))).toEqual([
    'reading the package lists',
    'upgrading all packages',
    'packing the changed image',
  ]);
  const manifest = readFileSync(join((bench.store as DirectoryStore).root, made.manifest(bench.folder)), 'utf8');
  expect(manifest).toContain(`motd-news-config\t${motdVersions.proposed}\n`);
  expect(manifest).toContain(`cloud-init\t${cloudInitVersions.proposed}\n`);
});
