import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dracutDrivers, initramfsPackages } from '../../../lib/catalog/boot/initramfs';
import { releaseOf } from '../../../lib/catalog/releases';
import { aptInstall, aptUpdate, machineAptOptions } from '../../../lib/machine/apt/apt';
import { imagePackageOf, resolveInstall } from '../../../lib/machine/apt/apt-resolve';
import { choiceFor, dracutConfiguration } from '../../../lib/machine/initramfs/dracut';
import { makeInitramfs, prepareInitramfs } from '../../../lib/machine/initramfs/initramfs';
import { findKernel } from '../../../lib/machine/initramfs/kernel';
import { type Chroot, enterChroot } from '../../../lib/machine/tree/chroot';
import { mountOverlay, mountSquashfs } from '../../../lib/machine/tree/mounts';
import { initramfsChoiceOf } from '../../../lib/stages/layer/initramfs-choice';
import { type LookAlike, lookAlike, serveArchive } from '../../fixtures/images/look-alike';
import { aptTree } from '../../fixtures/trees/apt-tree';
import '../../fixtures/needs-minutes';

it('asks dracut for folders with an equals sign and pads its values with blanks', () => {
  const choice = { maker: 'dracut', modules: ['zfs', '9p'], directories: ['drivers/md', 'net/9p'] } as const;

  const [drivers] = dracutConfiguration(choice).split('\n');
  expect(drivers).toBe('add_drivers+=" zfs 9p =drivers/md =net/9p "');
});

it('asks dracut for nothing that a kernel has not, which would cost all that is named behind it', () => {
  const modules = ['bcache', 'i2c-thunderx', 'zfs', 'virtiofs'];
  const choice = { maker: 'dracut', modules, directories: ['drivers/md', 'drivers/ata', 'net/9p'] } as const;
  const loadable = [
    'kernel/drivers/md/bcache/bcache.ko.zst: kernel/lib/crc64.ko.zst',
    'kernel/drivers/i2c/i2c_thunderx.ko.zst:',
    'kernel/drivers/atari/zfs-like.ko.zst:',
  ];

  expect(choiceFor(choice, `${loadable.join('\n')}\n`, 'kernel/fs/fuse/virtiofs.ko\n')).toEqual({
    present: { maker: 'dracut', modules: ['bcache', 'i2c-thunderx', 'virtiofs'], directories: ['drivers/md'] },
    missing: ['zfs', 'drivers/ata/', 'net/9p/'],
  });
});

describe('a kernel of resolute that apt has installed', () => {
  let made: Made;
  beforeAll(async () => {
    made = await installAndMake(await lookAlike('resolute'));
  });
  afterAll(() => rm(made.folder, { recursive: true, force: true }));

  it('has brought no initramfs by itself', () => {
    expect(made.bootAfterInstallation).toContain(`vmlinuz-${made.release}`);
    expect(made.bootAfterInstallation.filter((name) => name.startsWith('initrd'))).toEqual([]);
  });

  it('gets one with all drivers of the catalogue that it has', () => {
    const { modules, directories } = dracutDrivers('amd64');
    const listed = made.kernelModules.filter(
      (file) => modules.includes(nameOf(file)) || directories.some((folder) => file.startsWith(`${folder}/`)),
    );

    // One that Debian has come to build in is in every initramfs's kernel.
    const loadable = ['bcache', 'openvswitch', 'bonding', 'st', 'ttyprintk'].filter((name) => !made.builtIn.has(name));
    expect(loadable.length).toBeGreaterThan(1);
    expect(listed.map(nameOf)).toEqual(expect.arrayContaining(loadable));
    expect(made.initrdModules).toEqual(expect.arrayContaining(listed));
  });

  it('gets the same bytes again where headers came along, which are not for an initramfs', async () => {
    const [first, second] = [await readFile(made.initrds[0]), await readFile(made.initrds[1])];

    expect(made.laterPackages).toContain(`linux-headers-${made.release}`);
    expect(first.length).toBeGreaterThan(5_000_000);
    expect(first.equals(second)).toBe(true);
  });
});

interface Made {
  readonly folder: string;
  /** `6.12.117+deb13-cloud-amd64` */
  readonly release: string;
  /** With the image package alone, and with all of linux-generic. */
  readonly initrds: readonly [string, string];
  readonly laterPackages: readonly string[];
  readonly bootAfterInstallation: readonly string[];
  /** Files below /lib/modules/<release>/kernel, in the tree and in the initramfs. */
  readonly kernelModules: readonly string[];
  readonly initrdModules: readonly string[];
  /** Names of modules that the kernel has built in. */
  readonly builtIn: ReadonlySet<string>;
}

async function installAndMake(image: LookAlike): Promise<Made> {
  const folder = await mkdtemp(join(tmpdir(), 'dracut-'));
  await using archive = await serveArchive(image.archive);
  await using lower = await mountSquashfs(image.squashfs, folder);
  await using root = await mountOverlay([lower.path], folder);
  await using chroot = await enterChroot(root.path, 'buildspecs');
  const suite = { uri: archive.url, suite: image.release, components: ['main', 'universe'], keyring: image.keyring };
  await using apt = await aptTree(chroot, lower.path, [suite], await machineAptOptions());
  const release = releaseOf(image.release);
  const choice = initramfsChoiceOf(release, image.architecture);
  await prepareInitramfs(chroot, choice, 'buildspecs/initramfs');
  await aptUpdate(apt);
  await aptInstall(
    apt,
    initramfsPackages(release).map(({ name }) => name),
  );
  const imagePackage = await imagePackageOf(chroot, 'linux-generic');
  await aptInstall(apt, [imagePackage]);
  const bootAfterInstallation = await readdir(join(root.path, 'boot'));

  const installed = await findKernel(chroot, imagePackage);
  const initrds = [join(folder, 'initrd'), join(folder, 'again')] as const;
  const make = (file: string) => makeInitramfs(chroot, choice, installed.release, 1_748_736_000, file);
  await make(initrds[0]);
  const later = await resolveInstall(chroot, ['linux-generic']);
  await aptInstall(apt, ['linux-generic']);
  await make(initrds[1]);
  const modules = join(root.path, 'usr/lib/modules', installed.release, 'kernel');
  const builtIn = await readFile(join(modules, '../modules.builtin'), 'utf8');
  return {
    folder,
    release: installed.release,
    initrds,
    laterPackages: later.map(({ name }) => name),
    bootAfterInstallation,
    kernelModules: (await readdir(modules, { recursive: true })).filter((file) => file.includes('.ko')),
    initrdModules: await modulesIn(chroot, installed.release),
    builtIn: new Set(builtIn.split('\n').map(nameOf)),
  };
}

async function modulesIn(chroot: Chroot, release: string): Promise<string[]> {
  const listed = await chroot.run(['lsinitrd', `/boot/initrd.img-${release}`], { quiet: true });
  return [...listed.matchAll(/ usr\/lib\/modules\/[^/]+\/kernel\/(\S+\.ko\S*)/g)].map(([, file = '']) => file);
}

/** `bcache` of drivers/md/bcache/bcache.ko.xz */
function nameOf(file: string): string {
  return basename(file).replace(/\.ko.*/, '');
}
