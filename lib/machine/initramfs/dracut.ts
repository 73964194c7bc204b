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

/** Prepares a tree for kernels whose initramfs is built by dracut. */
export async function prepareDracut(chroot: Chroot): Promise<void> {
  // Hooks in /etc/kernel, kernel-install plugins and package triggers would each build one, all with these programs.
  await silenceTool(chroot, dracut);
  await silenceTool(chroot, '/usr/sbin/update-initramfs');
}

/** Configures the contents of a kernel's initramfs (LP 2151116), as far as the kernel has them. */
export function configureDracut({ path }: Chroot, choice: DracutChoice, release: string): void {
  const tree = inside(path);
  const modules = (list: string): string => {
    const text = tree.readText(`lib/modules/${release}/${list}`);
    if (text !== undefined) return text;
    throw new MirrorError('NoKernel', `the kernel ${release} has no /lib/modules/${release}/${list}`, {
      hint: 'check that its packages contain the modules and that depmod was run',
    });
  };
  const { present, missing } = choiceFor(choice, modules('modules.dep'), modules('modules.builtin'));
  if (missing.length > 0) logLine(`not available in the kernel ${release}: ${missing.join(', ')}`);

  tree.write('etc/dracut.conf.d/99-maas-mirror.conf', dracutConfiguration(present));
}

/**
 * Leaves out modules and folders that a kernel does not have. At the first missing one, dracut would silently skip all
 * that follow and still succeed.
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
    // Appended values need surrounding blanks, or they run into those of other files.
    `add_drivers+=" ${drivers.join(' ')} "`,
    // dracut's default level 15 takes five times as long for a few per cent (facts/performance.md). When it uses 3cpio, it
    // ignores the level in the command and uses compress_level_zstd.
    'compress="zstd -9 -q -T0"',
    'compress_level_zstd="9"',
  ];
  return `${lines.join('\n')}\n`;
}

/** Reproducible, and for any machine rather than the build machine. */
export function dracutCommand(file: string, release: string): Command {
  return [
    silencedTool(dracut),
    '--force',
    // Ubuntu's rooturl module refuses hostonly mode, which inspects this machine's devices.
    '--no-hostonly',
    '--no-hostonly-cmdline',
    '--no-hostonly-i18n',
    '--reproducible',
    file,
    release,
  ];
}

/** Dashes and underscores are equivalent in module names. */
function moduleName(file: string): string {
  return file.replace(/\.ko.*/, '').replaceAll('-', '_');
}
