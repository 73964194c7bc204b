import { expect, it } from 'vitest';
import { bootloaderArchive, loaderVersions, withChangedPackage } from '../../fixtures/archives/bootloader-archive';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { buildFrom } from './made/built-bootloaders';

const shim = { place: 'archive', suite: 'noble-updates', component: 'main', name: 'shim-signed' } as const;

it.each([
  [
    'a package of another source than the catalogue’s',
    'shim-canonical',
    `shim-signed ${loaderVersions.shim} is built from source package shim-canonical; the uefi amd64 bootloader expects shim-signed and grub2-signed`,
  ],
  [
    'a package of the source of its neighbour',
    'grub2-signed',
    `no uefi amd64 package is built from source package shim-signed: shim-signed ${loaderVersions.shim} from grub2-signed, grub-efi-amd64-signed ${loaderVersions.grubSigned} from grub2-signed`,
  ],
])('refuses %s', async (_, source, message) => {
  const folder = temporaryFolder();
  const changed = await withChangedPackage(await bootloaderArchive(), folder, shim, { source });

  await expect(buildFrom(changed, folder)).rejects.toMatchObject({
    ...{ name: 'BadFormat', message },
    hint: 'the packaging has changed in the archive: update maas-mirror',
  });
});
