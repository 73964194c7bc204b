import { beforeAll, expect, it } from 'vitest';
import { aptInstall, aptPurge } from '../../../lib/machine/apt/apt';
import { isKnown } from '../../../lib/machine/apt/apt-names';
import { manifestOf } from '../../../lib/machine/dpkg/manifest';
import { type LookAlike, lookAlike, serveArchive } from '../../fixtures/images/look-alike';
import { inImage, pocketsAt } from '../../fixtures/trees/in-image';

let noble: LookAlike;
beforeAll(async () => {
  noble = await lookAlike('noble');
});

it('takes a package by its very name, which apt would take for a pattern', async () => {
  await using archive = await serveArchive(noble.archive);
  await inImage(noble, pocketsAt(archive.url, noble, 'release'), async (chroot) => {
    const before = manifestOf(chroot.path);
    // There are cryptsetup-initramfs and iputils-ping.
    for (const name of ['cryptsetup.init', 'cryptsetup-initramfs+']) {
      const missing = { name: 'NoSuchPackage', message: `no repository of this build has the package ${name}` };
      await expect(aptInstall(chroot, ['zstd', name])).rejects.toMatchObject(missing);
    }
    await expect(aptPurge(chroot, ['iputils.ping'])).rejects.toMatchObject({ name: 'NoSuchPackage' });
    expect(manifestOf(chroot.path)).toBe(before);

    const known = ['linux-generic-hwe-24.04', 'libstdc++6', 'linux-image-6.9', 'libstdc++', 'linux-generic-hwe-24.0'];
    expect(await Promise.all(known.map((name) => isKnown(chroot, name)))).toEqual([true, true, false, false, false]);
  });
});
