import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Chroot } from './chroot';
import { logLine } from './log';
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
export async function prepareDracut(chroot: Chroot): Promise<void> {
  // Hooks in /etc/kernel, plugins of kernel-install and triggers of packages would each make one: all of them by these.
  await silenceTool(chroot, dracut);
  await silenceTool(chroot, '/usr/sbin/update-initramfs');
}

/** Tells dracut what the initramfs of a kernel is to hold (LP 2151116), as far as the kernel has it. */
export async function configureDracut({ path }: Chroot, choice: DracutChoice, release: string): Promise<void> {
  const modules = join(path, 'lib/modules', release);
  const loadable = await readFile(join(modules, 'modules.dep'), 'utf8');
  const builtIn = await readFile(join(modules, 'modules.builtin'), 'utf8');
  const { present, missing } = choiceFor(choice, loadable, builtIn);
  if (missing.length > 0) logLine(`the kernel ${release} has no ${missing.join(', ')}`);

  const folder = join(path, 'etc/dracut.conf.d');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '99-maas-mirror.conf'), dracutConfiguration(present));
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

/** Dashes and underscores are the same in names of modules. */
function moduleName(file: string): string {
  return file.replace(/\.ko.*/, '').replaceAll('-', '_');
}
