import { join } from 'node:path';
import { silenceTool } from '../dpkg/quiet-packages';
import { readText } from '../files';
import type { Command } from '../run';
import type { Chroot } from '../tree/chroot';
import { copyScript, copyScripts } from '../tree/copy-scripts';
import { type Inside, inside } from '../tree/inside/inside';

export interface InitramfsToolsChoice {
  readonly maker: 'initramfs-tools';
  /** Module folders to take whole, relative to /lib/modules/<release>/: `kernel/drivers/net/bonding`. */
  readonly directories: readonly string[];
  readonly modules: readonly string[];
  /** Lines of initramfs.conf. A compression that the kernel or the tree does not have becomes gzip. */
  readonly settings: readonly string[];
  /** Whether the distribution lacks rooturl and copymods and ours stand in for them. */
  readonly standIns: boolean;
}

/**
 * Makes a tree ready for kernels whose initramfs initramfs-tools makes.
 * @param tools folder with our hooks/ and scripts/
 */
export async function prepareInitramfsTools(
  chroot: Chroot,
  choice: InitramfsToolsChoice,
  tools: string,
): Promise<void> {
  // An initramfs would be made twice per kernel, by the kernel's hook and by a trigger, before all settings are there
  // (facts/performance.md).
  await silenceTool(chroot, '/usr/sbin/update-initramfs');
  const tree = inside(chroot.path);
  await installHooks(tree, choice, tools);
  await batchModules(tree, tools);
}

export function mkinitramfsCommand(file: string, release: string): Command {
  return ['mkinitramfs', '-o', file, release];
}

async function installHooks(tree: Inside, choice: InitramfsToolsChoice, tools: string): Promise<void> {
  const target = 'etc/initramfs-tools';
  const list = [
    ...choice.directories.map((name) => `directory ${name}`),
    ...choice.modules.map((name) => `module ${name}`),
  ];
  tree.write(`${target}/maas-mirror-modules`, `${list.join('\n')}\n`);
  await copyScript(join(tools, 'hooks/maas-mirror'), tree, `${target}/hooks/maas-mirror`);
  if (choice.standIns) {
    await copyScript(join(tools, 'hooks/rooturl'), tree, `${target}/hooks/rooturl`);
    await copyScripts(join(tools, 'scripts'), tree, `${target}/scripts`);
  }
}

/**
 * Puts the settings of initramfs-tools in place of those of a package or an image. Not earlier than the initramfs is made, as
 * the package that has them may have come with the others.
 */
export async function configureInitramfsTools({ path }: Chroot, { settings }: InitramfsToolsChoice): Promise<void> {
  const tree = inside(path);
  tree.write('etc/initramfs-tools/initramfs.conf', `${settings.join('\n')}\n`);
  // It looks for swap of this machine, and would have every machine that boots the initramfs resume from there.
  await tree.remove('usr/share/initramfs-tools/hooks/resume');
}

/**
 * Takes cryptsetup along (LP 1818876). Not earlier than the initramfs is made: the package that has this setting may have
 * come with the others.
 */
export function takeCryptsetup({ path }: Chroot): void {
  const tree = inside(path);
  const file = 'etc/cryptsetup-initramfs/conf-hook';
  if (tree.kindOf(file) !== undefined) tree.append(file, '\nCRYPTSETUP=y\n');
}

/** Copies modules a folder at a time where initramfs-tools copies them one at a time; the result is the same. */
async function batchModules(tree: Inside, tools: string): Promise<void> {
  const functions = 'usr/share/initramfs-tools/hook-functions';
  const text = tree.readText(functions) ?? '';
  if (!text.includes('\nadd_firmware()') || text.includes('dracut-install')) return;
  tree.append(functions, await readText(join(tools, 'batched-modules.sh')));
}
