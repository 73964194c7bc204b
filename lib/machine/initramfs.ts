import { appendFile, chmod, cp, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MirrorError } from '../errors';
import type { Chroot } from './chroot';

export interface InitramfsChoice {
  /** Module folders to take whole, relative to /lib/modules/<release>/: `kernel/drivers/net/bonding`. */
  readonly directories: readonly string[];
  readonly modules: readonly string[];
  /** Folder with our hooks/, scripts/ and container/: buildspecs/initramfs, or its copy in the stage bundle. */
  readonly hooks: string;
  /** Whether the distribution lacks rooturl and copymods and ours stand in for them. */
  readonly standIns: boolean;
}

/**
 * Makes a tree ready for kernels: no package may start a service or make an initramfs by itself, and the initramfs
 * that is made once at the end holds what MAAS needs.
 */
export async function prepareInitramfs(chroot: Chroot, choice: InitramfsChoice): Promise<void> {
  await refuseServices(chroot);
  await silenceUpdateInitramfs(chroot);
  await replaceByTrue(chroot, '/usr/bin/newaliases'); // LP 1531299: hangs under emulation
  await pretendContainer(chroot, choice.hooks);
  await installHooks(chroot.path, choice);
  await batchModules(chroot.path, choice.hooks);
}

/**
 * Makes the initramfs of a kernel, once.
 * @param epoch seconds since 1970; equal trees then give equal bytes
 */
export async function makeInitramfs(chroot: Chroot, release: string, epoch: number): Promise<string> {
  const inside = `/boot/initrd.img-${release}`;
  await rm(join(chroot.path, inside), { force: true });
  await chroot.run(['mkinitramfs', '-o', inside, release], { env: { SOURCE_DATE_EPOCH: String(epoch) } });
  const file = join(chroot.path, inside);
  const { size } = await stat(file);
  if (size === 0) throw new MirrorError('NoKernel', `mkinitramfs made an empty initramfs for ${release}`);
  return file;
}

/** invoke-rc.d asks this before it starts anything. */
async function refuseServices({ path }: Chroot): Promise<void> {
  await writeScript(join(path, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n');
}

/**
 * An initramfs would be made twice per kernel, by the kernel's hook and by a trigger, before all settings are there
 * (facts/performance.md). /etc/kernel hooks of boot loaders have nothing to do here at all.
 */
async function silenceUpdateInitramfs(chroot: Chroot): Promise<void> {
  await replaceByTrue(chroot, '/usr/sbin/update-initramfs');
  const folder = join(chroot.path, 'etc/kernel/postinst.d');
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.endsWith('-grub')) await chmod(join(folder, name), 0o644);
  }
}

/** Whether a package brings the program now, later or never. */
async function replaceByTrue(chroot: Chroot, program: string): Promise<void> {
  const divert = ['--divert', `${program}.real`, '--add', program];
  await chroot.run(['dpkg-divert', '--local', '--rename', ...divert], { quiet: true });
  await rm(join(chroot.path, program), { force: true });
  await symlink('/bin/true', join(chroot.path, program));
}

/** Package scripts that ask whether this is a container hear yes, and leave the machine's devices alone. */
async function pretendContainer({ path }: Chroot, hooks: string): Promise<void> {
  const detect = join(path, 'usr/bin/systemd-detect-virt');
  if (
    await stat(detect).then(
      () => true,
      () => false,
    )
  ) {
    await cp(detect, `${detect}.real`);
    await rm(detect);
    await cp(join(hooks, 'container/systemd-detect-virt'), detect);
  }
}

async function installHooks(path: string, choice: InitramfsChoice): Promise<void> {
  const target = join(path, 'etc/initramfs-tools');
  await mkdir(join(target, 'hooks'), { recursive: true });
  const list = [
    ...choice.directories.map((name) => `directory ${name}`),
    ...choice.modules.map((name) => `module ${name}`),
  ];
  await writeFile(join(target, 'maas-mirror-modules'), `${list.join('\n')}\n`);
  await cp(join(choice.hooks, 'hooks/maas-mirror'), join(target, 'hooks/maas-mirror'));
  if (choice.standIns) {
    await cp(join(choice.hooks, 'hooks/rooturl'), join(target, 'hooks/rooturl'));
    await cp(join(choice.hooks, 'scripts'), join(target, 'scripts'), { recursive: true });
  }
  // What was named on the way is the machine's, not the image's: one of the two would name its network card.
  await rm(join(path, 'etc/udev/rules.d/70-persistent-net.rules'), { force: true });
  await mkdir(join(path, 'etc/iscsi'), { recursive: true });
  await writeFile(join(path, 'etc/iscsi/iscsi.initramfs'), ''); // LP 1536707
  const cryptsetup = join(path, 'etc/cryptsetup-initramfs/conf-hook');
  const settings = await readFile(cryptsetup, 'utf8').catch(() => undefined);
  if (settings !== undefined) await writeFile(cryptsetup, `${settings}\nCRYPTSETUP=y\n`); // LP 1818876
}

/** Copies modules a folder at a time where initramfs-tools copies them one at a time; the result is the same. */
async function batchModules(path: string, hooks: string): Promise<void> {
  const functions = join(path, 'usr/share/initramfs-tools/hook-functions');
  const text = await readFile(functions, 'utf8').catch(() => '');
  if (!text.includes('\nadd_firmware()') || text.includes('dracut-install')) return;
  await appendFile(functions, await readFile(join(hooks, 'batched-modules.sh')));
}

async function writeScript(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  await chmod(file, 0o755);
}
