import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { foldersOf, made } from '../../lib/job/layout';
import { sha256Of } from '../../lib/sha256';
import { extract } from '../../lib/stages/extract';
import { prepare } from '../../lib/stages/prepare';
import type { DirectoryStore } from '../../lib/store/directory/directory';
import { lookAlike, serveArchive } from '../fixtures/images/look-alike';
import { benchFor, withProgress } from './made/workbench';

it('installs a kernel on image and layer, and hands on its file, its initramfs and what they are', async () => {
  const noble = await lookAlike('noble');
  await using archive = await serveArchive(noble.archive);
  const sources = { archive: archive.url, archiveKeyringData: readFileSync(noble.keyring).toString('base64') };
  const fields = { release: 'noble', kernels: { required: ['ga'] }, sources };
  const prepared = benchFor('prepare', fields);
  const { root } = foldersOf(prepared.job);
  await prepared.store.create(made.squashfs(root), { file: noble.squashfs });
  await withProgress(() => prepare({ ...prepared, folder: foldersOf(prepared.job).prepared }));
  const bench = { ...benchFor('extract', fields, { kernel: 'ga' }), store: prepared.store };

  const { result, shown } = await withProgress(() => extract(bench));

  const image = noble.images.ga?.name ?? '';
  const release = image.replace('linux-image-', '');
  expect(shown).toEqual(['installing linux-image-generic', `building the initramfs for ${release}`]);
  const measured = (key: string) => {
    const bytes = readFileSync(join((prepared.store as DirectoryStore).root, key));
    return { sha256: sha256Of(bytes), size: bytes.length };
  };
  expect(result).toEqual({
    kernel: measured(made.kernel(bench.folder)),
    initrd: measured(made.initrd(bench.folder)),
    ...{ imagePackage: image, imageVersion: noble.images.ga?.version, kernelRelease: release },
    drivers: { wanted: expect.any(Number), found: result.drivers.wanted },
  });
  expect(result.drivers.wanted).toBeGreaterThan(0);
});
