import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bootloaderArchive, loaderVersions, withChangedPackage } from '../../fixtures/archives/bootloader-archive';
import { makeArchiveKey } from '../../fixtures/images/small-release/archive';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { buildFrom } from './made/built-bootloaders';

const shim = { place: 'archive', suite: 'noble-updates', component: 'main', name: 'shim-signed' } as const;
const syslinux = { place: 'archive', suite: 'noble', component: 'universe', name: 'syslinux-common' } as const;

it.each([
  [
    'a package without a file of the catalogue',
    shim,
    { without: 'usr/lib/shim/mmx64.efi' },
    {
      name: 'BadFormat',
      message: `shim-signed ${loaderVersions.shim} does not contain usr/lib/shim/mmx64.efi`,
      hint: 'the packaging has changed in the archive: update maas-mirror',
    },
  ],
  [
    'two packages of one source in different versions',
    syslinux,
    { version: '3:6.05' },
    {
      name: 'NotReady',
      message: `the archive is mid-update: it has pxelinux ${loaderVersions.syslinux} and syslinux-common 3:6.05, which come from one source`,
      hint: 'run the build again later',
    },
  ],
  [
    'packages that have a file of the catalogue in neither',
    { ...syslinux, name: 'pxelinux' },
    { without: 'usr/lib/PXELINUX/lpxelinux.0' },
    {
      name: 'BadFormat',
      message: `pxelinux ${loaderVersions.syslinux} and syslinux-common ${loaderVersions.syslinux} do not contain usr/lib/PXELINUX/lpxelinux.0`,
    },
  ],
])('refuses %s', async (_, place, change, refused) => {
  const folder = temporaryFolder();
  const changed = await withChangedPackage(await bootloaderArchive(), folder, place, change);

  await expect(buildFrom(changed, folder)).rejects.toMatchObject(refused);
});

it('refuses archives that another key has signed', async () => {
  const folder = temporaryFolder();
  const keyring = join(folder, 'other.gpg');
  writeFileSync(keyring, (await makeArchiveKey()).keyring);

  await expect(buildFrom({ ...(await bootloaderArchive()), keyring }, folder)).rejects.toMatchObject({
    name: 'BadSignature',
  });
  expect(readdirSync(folder)).not.toContain('work');
});
