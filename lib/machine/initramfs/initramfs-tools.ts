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
  /** Lines of initramfs.conf. A compression that the kernel or the tree does not support falls back to gzip. */
  readonly settings: readonly string[];
  /** Whether to install our versions of rooturl and copymods, because the distribution lacks them. */
  readonly standIns: boolean;
}

/**
 * Prepares a tree for kernels whose initramfs is built by initramfs-tools.
 * @param tools folder that contains hooks/ and scripts/
 */
export async function prepareInitramfsTools(
  chroot: Chroot,
  choice: InitramfsToolsChoice,
  tools: string,
): Promise<void> {
  // The kernel's hook and a trigger would each build an initramfs, before all settings are complete
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
 * Replaces the settings of initramfs-tools. Call it just before building the initramfs, because the package that contains
 * them may be installed late.
 */
export async function configureInitramfsTools({ path }: Chroot, { settings }: InitramfsToolsChoice): Promise<void> {
  const tree = inside(path);
  tree.write('etc/initramfs-tools/initramfs.conf', `${settings.join('\n')}\n`);
  // It looks for swap on the build machine, and would make every machine that boots the initramfs resume from it.
  await tree.remove('usr/share/initramfs-tools/hooks/resume');
}

/**
 * Includes cryptsetup (LP 1818876). Call it just before building the initramfs, because the package that contains the
 * setting may be installed late.
 */
export function takeCryptsetup({ path }: Chroot): void {
  const tree = inside(path);
  const file = 'etc/cryptsetup-initramfs/conf-hook';
  if (tree.kindOf(file) !== undefined) tree.append(file, '\nCRYPTSETUP=y\n');
}

/** Makes initramfs-tools copy modules by folder instead of one at a time; the result is the same. */
async function batchModules(tree: Inside, tools: string): Promise<void> {
  const functions = 'usr/share/initramfs-tools/hook-functions';
  const text = tree.readText(functions) ?? '';
  if (!text.includes('\nadd_firmware()') || text.includes('dracut-install')) return;
  tree.append(functions, await readText(join(tools, 'batched-modules.sh')));
}
