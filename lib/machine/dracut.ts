import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Chroot } from './chroot';
import { silencedTool, silenceTool } from './quiet-packages';
import type { Command } from './run';

export interface DracutChoice {
  readonly maker: 'dracut';
  readonly modules: readonly string[];
  /** Module folders to take whole, relative to /lib/modules/<release>/kernel/: `drivers/net/bonding`. */
  readonly directories: readonly string[];
}

const dracut = '/usr/bin/dracut';

/** Makes a tree ready for kernels whose initramfs dracut makes. */
export async function prepareDracut(chroot: Chroot, choice: DracutChoice): Promise<void> {
  // Hooks in /etc/kernel, plugins of kernel-install and triggers of packages would each make one: all of them by these.
  await silenceTool(chroot, dracut);
  await silenceTool(chroot, '/usr/sbin/update-initramfs');
  const folder = join(chroot.path, 'etc/dracut.conf.d');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '99-maas-mirror.conf'), dracutConfiguration(choice));
}

/** LP 2151116 */
export function dracutConfiguration({ modules, directories }: DracutChoice): string {
  const drivers = [...modules, ...directories.map((name) => `=${name}`)];
  // Appended values have to be blank-padded, or they run together with those of other files.
  return `add_drivers+=" ${drivers.join(' ')} "\n`;
}

/** The same bytes from equal trees, for any machine and not for the one that it is made on. */
export function dracutCommand(file: string, release: string): Command {
  return [
    silencedTool(dracut),
    '--force',
    // Ubuntu's rooturl module refuses the other mode, which looks at this machine's devices.
    '--no-hostonly',
    '--no-hostonly-cmdline',
    '--no-hostonly-i18n',
    '--reproducible',
    // dracut's own level 15 takes five times as long for a few per cent (facts/performance.md).
    ...['--compress', 'zstd -9 -q -T0'],
    file,
    release,
  ];
}
