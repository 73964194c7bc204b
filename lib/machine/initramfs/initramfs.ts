/* machine/initramfs: builds, extracts and reads the kernel and initrd of a tree. */

import { MirrorError } from '../../errors';
import { quietPackages } from '../dpkg/quiet-packages';
import { sizeOf } from '../files';
import { forgetKernelSettings } from '../image-settings/forget-settings';
import type { Chroot } from '../tree/chroot';
import { inside } from '../tree/inside/inside';
import { configureDracut, type DracutChoice, dracutCommand, prepareDracut } from './dracut';
import {
  configureInitramfsTools,
  type InitramfsToolsChoice,
  mkinitramfsCommand,
  prepareInitramfsTools,
  takeCryptsetup,
} from './initramfs-tools';

/** Additional contents of an initramfs, in the terms of the tool that builds it. */
export type InitramfsChoice = InitramfsToolsChoice | DracutChoice;

/**
 * Prepares a tree for kernels. Removes the image's settings for kernels and initramfs, keeps packages from starting
 * services or building an initramfs, and configures what MAAS needs in the initramfs that is built once at the end.
 * @param tools folder that contains hooks/, scripts/ and container/: buildspecs/initramfs, or its copy in the stage bundle
 */
export async function prepareInitramfs(chroot: Chroot, choice: InitramfsChoice, tools: string): Promise<void> {
  await forgetKernelSettings(chroot.path);
  await quietPackages(chroot, tools);
  await settleImage(chroot);
  if (choice.maker === 'dracut') await prepareDracut(chroot);
  else await prepareInitramfsTools(chroot, choice, tools);
}

/**
 * Builds the initramfs of a kernel in a tree prepared with the same choice, and copies it out of the tree.
 * @param release `uname -r` of the kernel
 * @param epoch seconds since 1970; makes the build reproducible
 * @param file destination on this machine
 */
export async function makeInitramfs(
  chroot: Chroot,
  choice: InitramfsChoice,
  release: string,
  epoch: number,
  file: string,
): Promise<void> {
  const path = `/boot/initrd.img-${release}`;
  const tree = inside(chroot.path);
  await tree.remove(path);
  await configureMaker(chroot, choice, release);
  const command = choice.maker === 'dracut' ? dracutCommand(path, release) : mkinitramfsCommand(path, release);
  await chroot.run(command, { env: { SOURCE_DATE_EPOCH: String(epoch) } });
  tree.copyOut(path, file);
  if ((await sizeOf(file)) === 0)
    throw new MirrorError('NoKernel', `${command[0]} created an empty initramfs for ${release}`);
}

async function configureMaker(chroot: Chroot, choice: InitramfsChoice, release: string): Promise<void> {
  if (choice.maker === 'dracut') return configureDracut(chroot, choice, release);
  await configureInitramfsTools(chroot, choice);
  takeCryptsetup(chroot);
}

async function settleImage({ path }: Chroot): Promise<void> {
  const tree = inside(path);
  // Names the network cards of a single machine, so it must not be in the image.
  await tree.remove('etc/udev/rules.d/70-persistent-net.rules');
  tree.write('etc/iscsi/iscsi.initramfs', ''); // LP 1536707
}
