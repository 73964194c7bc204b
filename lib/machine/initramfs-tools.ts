import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Chroot } from './chroot';
import { copyScripts } from './copy-scripts';
import { silenceTool } from './quiet-packages';
import type { Command } from './run';

export interface InitramfsToolsChoice {
  readonly maker: 'initramfs-tools';
  /** Module folders to take whole, relative to /lib/modules/<release>/: `kernel/drivers/net/bonding`. */
  readonly directories: readonly string[];
  readonly modules: readonly string[];
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
  await installHooks(chroot.path, choice, tools);
  await batchModules(chroot.path, tools);
}

export function mkinitramfsCommand(file: string, release: string): Command {
  return ['mkinitramfs', '-o', file, release];
}

async function installHooks(path: string, choice: InitramfsToolsChoice, tools: string): Promise<void> {
  const target = join(path, 'etc/initramfs-tools');
  await mkdir(join(target, 'hooks'), { recursive: true });
  const list = [
    ...choice.directories.map((name) => `directory ${name}`),
    ...choice.modules.map((name) => `module ${name}`),
  ];
  await writeFile(join(target, 'maas-mirror-modules'), `${list.join('\n')}\n`);
  await copyScripts(join(tools, 'hooks/maas-mirror'), join(target, 'hooks/maas-mirror'));
  if (choice.standIns) {
    await copyScripts(join(tools, 'hooks/rooturl'), join(target, 'hooks/rooturl'));
    await copyScripts(join(tools, 'scripts'), join(target, 'scripts'));
  }
}

/**
 * Takes cryptsetup along (LP 1818876). Not earlier than the initramfs is made: the package that has this setting may have
 * come with the others.
 */
export async function takeCryptsetup({ path }: Chroot): Promise<void> {
  const file = join(path, 'etc/cryptsetup-initramfs/conf-hook');
  const settings = await readFile(file, 'utf8').catch(() => undefined);
  if (settings !== undefined) await writeFile(file, `${settings}\nCRYPTSETUP=y\n`);
}

/** Copies modules a folder at a time where initramfs-tools copies them one at a time; the result is the same. */
async function batchModules(path: string, tools: string): Promise<void> {
  const functions = join(path, 'usr/share/initramfs-tools/hook-functions');
  const text = await readFile(functions, 'utf8').catch(() => '');
  if (!text.includes('\nadd_firmware()') || text.includes('dracut-install')) return;
  await appendFile(functions, await readFile(join(tools, 'batched-modules.sh')));
}
