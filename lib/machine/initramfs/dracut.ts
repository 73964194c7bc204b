import { basename } from 'node:path';
import { MirrorError } from '../../errors';
import { silencedTool, silenceTool } from '../dpkg/quiet-packages';
import { logLine } from '../log';
import type { Command } from '../run';
import type { Chroot } from '../tree/chroot';
import { inside } from '../tree/inside/inside';

export interface DracutChoice {
  readonly maker: 'dracut';
  readonly modules: readonly string[];
  /** Module folders to take whole, relative to /lib/modules/<release>/kernel/: `drivers/net/bonding`. */
  readonly directories: readonly string[];
}

const dracut = '/usr/bin/dracut';

/** Makes a tree ready for kernels whose initramfs dracut makes. */
export async function prepareDracut(chroot: Chroot): Promise<void> {
  // Hooks in /etc/kernel, plugins of kernel-install and triggers of packages would each make one: all of them by these.
  await silenceTool(chroot, dracut);
  await silenceTool(chroot, '/usr/sbin/update-initramfs');
}

/** Tells dracut what the initramfs of a kernel is to hold (LP 2151116), as far as the kernel has it. */
export function configureDracut({ path }: Chroot, choice: DracutChoice, release: string): void {
  const tree = inside(path);
  const modules = (list: string): string => {
    const text = tree.readText(`lib/modules/${release}/${list}`);
    if (text !== undefined) return text;
    throw new MirrorError('NoKernel', `the kernel ${release} has no /lib/modules/${release}/${list}`, {
      hint: 'its packages lack the modules, or depmod was not run',
    });
  };
  const { present, missing } = choiceFor(choice, modules('modules.dep'), modules('modules.builtin'));
  if (missing.length > 0) logLine(`the kernel ${release} has no ${missing.join(', ')}`);

  tree.write('etc/dracut.conf.d/99-maas-mirror.conf', dracutConfiguration(present));
}

/**
 * Leaves out what a kernel has not. At the first module or folder that does not exist dracut leaves out all that is
 * named behind it, and ends as if it had succeeded.
 * @param loadable text of a kernel's modules.dep
 * @param builtIn text of its modules.builtin
 */
export function choiceFor(
  choice: DracutChoice,
  loadable: string,
  builtIn: string,
): { present: DracutChoice; missing: readonly string[] } {
  const files = loadable.split('\n').map((line) => line.replace(/:.*/, ''));
  const names = new Set([...files, ...builtIn.split('\n')].map((file) => moduleName(basename(file))));
  const isThere = (name: string) => names.has(moduleName(name));
  const isFilled = (folder: string) => files.some((file) => file.startsWith(`kernel/${folder}/`));
  const { modules, directories } = choice;
  return {
    present: { ...choice, modules: modules.filter(isThere), directories: directories.filter(isFilled) },
    missing: [
      ...modules.filter((name) => !isThere(name)),
      ...directories.filter((name) => !isFilled(name)).map((name) => `${name}/`),
    ],
  };
}

export function dracutConfiguration({ modules, directories }: DracutChoice): string {
  const drivers = [...modules, ...directories.map((name) => `=${name}`)];
  const lines = [
    // Appended values have to be blank-padded, or they run together with those of other files.
    `add_drivers+=" ${drivers.join(' ')} "`,
    // dracut's own level 15 takes five times as long for a few per cent (facts/performance.md). Where it packs with 3cpio,
    // it makes 15 of the level in a command, and goes by the second line.
    'compress="zstd -9 -q -T0"',
    'compress_level_zstd="9"',
  ];
  return `${lines.join('\n')}\n`;
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
    file,
    release,
  ];
}

/** Dashes and underscores are the same in names of modules. */
function moduleName(file: string): string {
  return file.replace(/\.ko.*/, '').replaceAll('-', '_');
}
