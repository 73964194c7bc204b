import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bootDrivers } from '../../../lib/catalog/boot/boot-drivers';
import { initramfsPackages } from '../../../lib/catalog/boot/initramfs';
import { releaseOf } from '../../../lib/catalog/releases';
import { aptInstall, aptUpdate } from '../../../lib/machine/apt/apt';
import { requireDrivers } from '../../../lib/machine/initramfs/drivers';
import { makeInitramfs, prepareInitramfs } from '../../../lib/machine/initramfs/initramfs';
import { namesInInitrd } from '../../../lib/machine/initramfs/read-initrd';
import type { Chroot } from '../../../lib/machine/tree/chroot';
import { initramfsChoiceOf } from '../../../lib/stages/layer/initramfs-choice';
import { serveArchive, smallRelease } from '../../fixtures/images/small-release';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { inSmallTree } from '../../fixtures/trees/in-small-tree';
import '../../fixtures/needs-minutes';

const bookworm = releaseOf('bookworm');
const choice = initramfsChoiceOf(bookworm, 'amd64');

interface Taken {
  readonly names: readonly string[];
  readonly bytes: Buffer;
}

/** The initramfs that is made in a copy of the small release's base with these changes. @param later is called afterwards */
async function initramfsWith(
  change: (root: string) => Promise<void>,
  later: (chroot: Chroot, release: string, initrd: string) => Promise<void> = async () => {},
): Promise<Taken> {
  const small = await smallRelease();
  await using archive = await serveArchive(small.archive);
  const file = join(temporaryFolder(), 'initrd');
  await inSmallTree(async (chroot, openApt) => {
    await change(chroot.path);
    const apt = await openApt([
      { uri: archive.url, suite: small.release, components: ['main'], keyring: small.keyring },
    ]);
    await prepareInitramfs(chroot, choice, 'buildspecs/initramfs');
    await aptUpdate(apt);
    await aptInstall(
      apt,
      initramfsPackages(bookworm).map(({ name }) => name),
      { recommends: true },
    );
    const { name } = small.images.generic;
    await aptInstall(apt, [name]);
    const release = name.replace('linux-image-', '');
    await makeInitramfs(chroot, choice, release, 1_748_736_000, file);
    await later(chroot, release, file);
  });
  return { names: (await namesInInitrd(file)).sort(), bytes: await readFile(file) };
}

async function put(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
    if (text.startsWith('#!')) await chmod(join(root, path), 0o755);
  }
}

const hook = (line: string) => `#!/bin/sh\n[ "$1" = prereqs ] && exit 0\n${line}\n`;

/** What sites put into their images: every one of them changes what is made, or ends it. */
const settings: Readonly<Record<string, string>> = {
  'etc/initramfs-tools/conf.d/modules': 'MODULES=list\n',
  'etc/initramfs-tools/conf.d/compress': 'COMPRESS=xz\nCOMPRESSLEVEL=9\nUMASK=0077\nRESUME=/dev/sda2\n',
  'etc/initramfs-tools/modules': 'virtio_pci\nvirtio_net\nvirtio_blk\n',
  'etc/initramfs-tools/initramfs.conf': 'MODULES=dep\nBUSYBOX=n\nCOMPRESS=gzip\n',
  'etc/initramfs-tools/hooks/site': hook('echo site >"$DESTDIR/site"'),
  'etc/initramfs-tools/scripts/init-top/site': hook('echo site'),
  'usr/share/initramfs-tools/hooks/site': hook('echo site >"$DESTDIR/site-too"'),
  'usr/share/initramfs-tools/conf.d/zz-site': 'MODULES=netboot\n',
  'usr/share/initramfs-tools/modules.d/site': 'virtio_rng\n',
  'etc/modprobe.d/site.conf': 'blacklist nvme\ninstall ahci /bin/true\n',
  'etc/udev/rules.d/70-persistent-net.rules': 'SUBSYSTEM=="net", NAME="eth7"\n',
  'etc/dpkg/dpkg.cfg.d/site': 'path-exclude=/boot/*\npath-exclude=/lib/modules/*\n',
  'etc/kernel/postinst.d/zz-site': '#!/bin/sh\necho the hook of the site >&2\nexit 1\n',
  'etc/kernel-img.conf': 'do_symlinks = yes\nimage_dest = /nowhere\n',
  'etc/apt/preferences.d/freeze-kernel': 'Package: linux-image-*\nPin: release *\nPin-Priority: -1\n',
  'etc/apt/apt.conf.d/zzzz-site': 'APT::Default-Release "sid";\n',
  'etc/apt/apt.conf': 'APT::Default-Release "sid";\nDir::Etc::preferences "/etc/apt/preferences.d/freeze-kernel";\n',
};

describe('an image that has settings of its own', () => {
  beforeAll(async () => void (await smallRelease()));

  it('gets the same initramfs, byte for byte, as without them, with its packages on hold and without folders that all have', async () => {
    const plain = await initramfsWith(async () => {}, refusesWithoutBonding);
    const made = await initramfsWith(async (root) => {
      await put(root, settings);
      await holdAll(root);
      for (const folder of ['tmp', 'var/tmp', 'var/log', 'var/cache', 'boot', 'root', 'run'])
        await rm(join(root, folder), { recursive: true, force: true });
    });

    expect(made.names).toEqual(plain.names);
    expect(made.bytes.equals(plain.bytes)).toBe(true);
    expect(made.names.join('\n')).toMatch(/bonding\.ko/);
  });
});

/** It holds what the kernel's packages list; one from which a hook of a package takes a driver is refused. */
async function refusesWithoutBonding(chroot: Chroot, release: string, initrd: string): Promise<void> {
  const wanted = bootDrivers(bookworm, 'amd64');
  const whole = await requireDrivers({ root: chroot.path, release, initrd }, wanted);
  expect(whole.wanted).toBeGreaterThan(3);
  expect(whole.found).toBe(whole.wanted);

  const late = '#!/bin/sh\n[ "$1" = prereqs ] && exec echo maas-mirror\nfind "$DESTDIR" -name "bonding.ko*" -delete\n';
  await put(chroot.path, { 'etc/initramfs-tools/hooks/late': late });
  await makeInitramfs(chroot, choice, release, 1_748_736_000, `${initrd}-less`);
  await expect(requireDrivers({ root: chroot.path, release, initrd: `${initrd}-less` }, wanted)).rejects.toMatchObject({
    name: 'IncompleteInitrd',
    message: `the initrd of ${release} lacks 1 of ${whole.wanted} drivers that its kernel has: bonding`,
  });
  await expect(requireDrivers({ root: chroot.path, release: '9.9', initrd }, wanted)).rejects.toMatchObject({
    name: 'NoKernel',
  });
}

async function holdAll(root: string): Promise<void> {
  const status = join(root, 'var/lib/dpkg/status');
  const text = await readFile(status, 'utf8');
  await writeFile(status, text.replaceAll('Status: install ok installed', 'Status: hold ok installed'));
}
