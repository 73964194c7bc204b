import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dracutDrivers, initramfsPackages } from '../../lib/catalog/initramfs';
import { releaseOf } from '../../lib/catalog/releases';
import { aptInstall, aptUpdate, configureApt, machineAptOptions } from '../../lib/machine/apt';
import { type Chroot, enterChroot } from '../../lib/machine/chroot';
import { choiceFor, dracutConfiguration } from '../../lib/machine/dracut';
import { makeInitramfs, prepareInitramfs } from '../../lib/machine/initramfs';
import { findKernel } from '../../lib/machine/kernel';
import { maasCommandLine, rackPath } from '../../lib/machine/maas-boot';
import { startStandIn } from '../../lib/machine/maas-stand-in';
import { mountOverlay, mountSquashfs } from '../../lib/machine/mounts';
import { boot } from '../../lib/machine/qemu';
import { judgeByCloudInit } from '../../lib/stages/boot-test';
import { initramfsChoiceOf } from '../../lib/stages/initramfs-choice';
import { type LookAlike, resolute, serveArchive } from '../fixtures/resolute';

it('asks dracut for folders with an equals sign and pads its values with blanks', () => {
  const choice = { maker: 'dracut', modules: ['zfs', '9p'], directories: ['drivers/md', 'net/9p'] } as const;

  expect(dracutConfiguration(choice)).toBe('add_drivers+=" zfs 9p =drivers/md =net/9p "\n');
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
    made = await installAndMake(await resolute());
  }, 400_000);
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

    expect(listed.map(nameOf)).toEqual(expect.arrayContaining(['bcache', 'openvswitch', 'bonding', 'st', 'ttyprintk']));
    expect(made.initrdModules).toEqual(expect.arrayContaining(listed));
  });

  it('gets the same bytes each time', async () => {
    const [first, second] = [await readFile(made.initrds[0]), await readFile(made.initrds[1])];

    expect(first.length).toBeGreaterThan(5_000_000);
    expect(first.equals(second)).toBe(true);
  });

  it('boots by the command line of MAAS with its initramfs and the root that MAAS serves', async () => {
    const { squashfs } = await resolute();
    const nonce = '4fe1c0de4fe1c0de';
    const userData = (await readFile('buildspecs/boot-check.sh', 'utf8')).replaceAll('@NONCE@', nonce);
    const place = { os: 'ubuntu', architecture: 'amd64', subarch: 'ga-26.04', release: 'resolute', view: 'candidate' };
    const path = rackPath({ sha256: nonce, ...place });
    const mac = '52:54:00:aa:01:02';
    const lines: string[] = [];
    await using rack = await startStandIn({ images: { [path]: squashfs }, userData, address: '10.0.2.2' });

    const evidence = await boot({
      emulator: { program: 'qemu-system-x86_64', cpu: 'qemu64', bus: 'pci' },
      kernel: made.kernel,
      initrd: made.initrds[0],
      commandLine: maasCommandLine({ rack: `10.0.2.2:${rack.port}`, squashfs: path, mac, console: 'ttyS0' }),
      mac,
      memory: 1536,
      judge: judgeByCloudInit(nonce),
      timeoutSeconds: 600,
      onLine: (line) => lines.push(line),
    }).catch((error: Error) => `${error.message}\n${lines.slice(-60).join('\n')}`);

    expect(evidence).toBe(`kernel=${made.release} root=overlay modules=present`);
    expect(rack.requests).toEqual([path, expect.stringContaining('preseed'), expect.stringMatching(/user-data$/)]);
  }, 620_000);
});

interface Made {
  readonly folder: string;
  /** `6.12.117+deb13-cloud-amd64` */
  readonly release: string;
  readonly kernel: string;
  readonly initrds: readonly [string, string];
  readonly bootAfterInstallation: readonly string[];
  /** Files below /lib/modules/<release>/kernel, in the tree and in the initramfs. */
  readonly kernelModules: readonly string[];
  readonly initrdModules: readonly string[];
}

async function installAndMake(image: LookAlike): Promise<Made> {
  const folder = await mkdtemp(join(tmpdir(), 'dracut-'));
  await using archive = await serveArchive(image.archive);
  await using lower = await mountSquashfs(image.squashfs, folder);
  await using root = await mountOverlay([lower.path], folder);
  await using chroot = await enterChroot(root.path);
  const suite = { uri: archive.url, suite: image.release, components: ['main', 'universe'], keyring: image.keyring };
  await configureApt(root.path, [suite], await machineAptOptions());
  const release = releaseOf(image.release);
  const choice = initramfsChoiceOf(release, image.architecture);
  await prepareInitramfs(chroot, choice, 'buildspecs/initramfs');
  await aptUpdate(chroot);
  await aptInstall(
    chroot,
    initramfsPackages(release).map(({ name }) => name),
  );
  await aptInstall(chroot, ['linux-generic']);
  const bootAfterInstallation = await readdir(join(root.path, 'boot'));

  const installed = await findKernel(chroot, 'linux-generic');
  const initrds = [join(folder, 'initrd'), join(folder, 'again')] as const;
  for (const file of initrds) {
    await copyFile(await makeInitramfs(chroot, choice, installed.release, 1_748_736_000), file);
  }
  const kernel = join(folder, 'kernel');
  await copyFile(installed.file, kernel);
  const modules = join(root.path, 'usr/lib/modules', installed.release, 'kernel');
  return {
    folder,
    release: installed.release,
    kernel,
    initrds,
    bootAfterInstallation,
    kernelModules: (await readdir(modules, { recursive: true })).filter((file) => file.includes('.ko')),
    initrdModules: await modulesIn(chroot, installed.release),
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
