/* machine/initramfs: kernel and initrd of a tree: building, extracting, reading. */

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

/** What an initramfs holds beside the distribution's choice, in the words of what makes it. */
export type InitramfsChoice = InitramfsToolsChoice | DracutChoice;

/**
 * Makes a tree ready for kernels. Settings of its image about kernels and initramfs are removed, no package may start a
 * service or make an initramfs by itself, and the initramfs that is made once at the end holds what MAAS needs.
 * @param tools folder with our hooks/, scripts/ and container/: buildspecs/initramfs, or its copy in the stage bundle
 */
export async function prepareInitramfs(chroot: Chroot, choice: InitramfsChoice, tools: string): Promise<void> {
  await forgetKernelSettings(chroot.path);
  await quietPackages(chroot, tools);
  await settleImage(chroot);
  if (choice.maker === 'dracut') await prepareDracut(chroot);
  else await prepareInitramfsTools(chroot, choice, tools);
}

/**
 * Makes the initramfs of a kernel, once, in a tree that was prepared for the same choice, and takes it out.
 * @param release what `uname -r` prints
 * @param epoch seconds since 1970; equal trees then give equal bytes
 * @param file where it goes on this machine
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
    throw new MirrorError('NoKernel', `${command[0]} made an empty initramfs for ${release}`);
}

async function configureMaker(chroot: Chroot, choice: InitramfsChoice, release: string): Promise<void> {
  if (choice.maker === 'dracut') return configureDracut(chroot, choice, release);
  await configureInitramfsTools(chroot, choice);
  takeCryptsetup(chroot);
}

async function settleImage({ path }: Chroot): Promise<void> {
  const tree = inside(path);
  // What was named on the way is the machine's, not the image's: one of the two would name its network card.
  await tree.remove('etc/udev/rules.d/70-persistent-net.rules');
  tree.write('etc/iscsi/iscsi.initramfs', ''); // LP 1536707
}
