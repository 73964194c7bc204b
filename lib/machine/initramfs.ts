import { lstat, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MirrorError } from '../errors';
import type { Chroot } from './chroot';
import { configureDracut, type DracutChoice, dracutCommand, prepareDracut } from './dracut';
import {
  type InitramfsToolsChoice,
  mkinitramfsCommand,
  prepareInitramfsTools,
  takeCryptsetup,
} from './initramfs-tools';
import { quietPackages } from './quiet-packages';

/** What an initramfs holds beside the distribution's choice, in the words of what makes it. */
export type InitramfsChoice = InitramfsToolsChoice | DracutChoice;

/**
 * Makes a tree ready for kernels: no package may start a service or make an initramfs by itself, and the initramfs
 * that is made once at the end holds what MAAS needs.
 * @param tools folder with our hooks/, scripts/ and container/: buildspecs/initramfs, or its copy in the stage bundle
 */
export async function prepareInitramfs(chroot: Chroot, choice: InitramfsChoice, tools: string): Promise<void> {
  await quietPackages(chroot, tools);
  await settleImage(chroot);
  if (choice.maker === 'dracut') await prepareDracut(chroot);
  else await prepareInitramfsTools(chroot, choice, tools);
}

/**
 * Makes the initramfs of a kernel, once, in a tree that was prepared for the same choice.
 * @param release what `uname -r` prints
 * @param epoch seconds since 1970; equal trees then give equal bytes
 * @returns its file on this machine
 */
export async function makeInitramfs(
  chroot: Chroot,
  choice: InitramfsChoice,
  release: string,
  epoch: number,
): Promise<string> {
  const inside = `/boot/initrd.img-${release}`;
  const file = join(chroot.path, inside);
  await rm(file, { force: true });
  if (choice.maker === 'dracut') await configureDracut(chroot, choice, release);
  else await takeCryptsetup(chroot);
  const command = choice.maker === 'dracut' ? dracutCommand(inside, release) : mkinitramfsCommand(inside, release);
  await chroot.run(command, { env: { SOURCE_DATE_EPOCH: String(epoch) } });
  const made = await lstat(file); // a link would take a file of this machine along
  if (!made.isFile() || made.size === 0)
    throw new MirrorError('NoKernel', `${command[0]} made an empty initramfs for ${release}`);
  return file;
}

async function settleImage({ path }: Chroot): Promise<void> {
  // What was named on the way is the machine's, not the image's: one of the two would name its network card.
  await rm(join(path, 'etc/udev/rules.d/70-persistent-net.rules'), { force: true });
  await mkdir(join(path, 'etc/iscsi'), { recursive: true });
  await writeFile(join(path, 'etc/iscsi/iscsi.initramfs'), ''); // LP 1536707
}
