/* machine/tree: handles foreign trees: mounts, chroots, squashfs, tarballs. */

import { join } from 'node:path';
import { MirrorError } from '../../errors';
import { makeFolder } from '../files';
import { relayedCommand } from '../gateway/relayed';
import { logLine } from '../log';
import { type Command, run } from '../run';
import { limitKeepers, limitReached, withinLimits } from '../sandbox/limits';
import { sealOf } from '../sandbox/seal';
import { thisMachine } from '../this-machine';
import { inside } from './inside/inside';
import { type Mounted, mounted } from './mounts';

/** A tree in which programs run as root, but sandboxed: see {@link chrootCommand}. */
export interface Chroot extends AsyncDisposable {
  readonly path: string;
  run(command: Command, options?: ChrootOptions): Promise<string>;
}

export interface ChrootOptions {
  /** Its network access; never the machine's own network. @default - none, so that nothing depends on the outside */
  readonly gateway?: { readonly socket: string };
  /** Whether to run a program of this machine, with the tree at /tree, since a new tree has no programs. @default false */
  readonly beside?: boolean;
  /** Path of a program outside this machine's folders for programs, run as /brought; ignored without `beside`. @default - none */
  readonly bring?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly quiet?: boolean;
  readonly input?: string;
}

/**
 * Gives a tree what package scripts expect of a machine: devices and sysfs. They are removed when the scope ends.
 * @param tools folder that contains in-tree.sh
 * @param env additional environment variables; this process's own environment is not passed on
 */
export async function enterChroot(
  path: string,
  tools: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Chroot> {
  const mounts: Mounted[] = [];
  const leave = async () => {
    for (const mount of mounts.splice(0).reverse()) await mount[Symbol.asyncDispose]();
  };
  await sayWhatIsWatched(tools);
  try {
    for (const folder of ['proc', 'sys', 'dev']) makeMountPoint(path, folder);
    // Initramfs hooks read the machine's devices, but must not change them.
    mounts.push(
      await mounted(
        ['mount', '-t', 'sysfs', '-o', 'ro,nosuid,nodev,noexec', 'sysfs', join(path, 'sys')],
        join(path, 'sys'),
      ),
    );
    mounts.push(
      await mounted(
        ['mount', '-t', 'tmpfs', '-o', 'mode=0755,nosuid,size=4m', 'dev', join(path, 'dev')],
        join(path, 'dev'),
      ),
    );
    await makeDevices(path, mounts);
    nameNoResolver(path);
  } catch (error) {
    await leave();
    throw error;
  }
  return {
    path,
    run: async (command, options = {}) => {
      const { gateway, beside, bring } = options;
      return await run(chrootCommand(path, tools, command, { gateway, beside, bring }), {
        env: { ...cleanEnvironment, ...env, ...options.env },
        shown: command,
        ...(options.quiet === undefined ? {} : { quiet: options.quiet }),
        ...(options.input === undefined ? {} : { input: options.input }),
      }).catch((error: unknown) => {
        throw limitReached(error);
      });
    },
    [Symbol.asyncDispose]: leave,
  };
}

/**
 * Runs a command in separate namespaces for processes, mounts, IPC, cgroups, host name and network, within resource
 * limits; no process outlives it. in-tree.sh then cuts off access to this machine.
 */
export function chrootCommand(
  path: string,
  tools: string,
  command: Command,
  { gateway, beside = false, bring = '' }: Pick<ChrootOptions, 'gateway' | 'beside' | 'bring'> = {},
): Command {
  const spaces = ['--mount', '--pid', '--ipc', '--uts', '--cgroup', '--fork', '--kill-child'];
  // apt on i386 needs it for downloads. Package scripts, which never have a gateway, do not get it.
  const seal = sealOf(thisMachine(), { socketcall: gateway !== undefined });
  const flags = beside ? ['--beside', bring] : [];
  const inTree = ['--', 'sh', join(tools, 'in-tree.sh'), seal, ...flags, path, ...command];
  if (gateway === undefined) return withinLimits(tools, ['unshare', ...spaces, '--net', ...inTree]);
  return relayedCommand(withinLimits(tools, ['unshare', ...spaces, ...inTree]), gateway, tools);
}

async function sayWhatIsWatched(tools: string): Promise<void> {
  const { words, whyNot } = await limitKeepers(tools);
  if (whyNot !== undefined) logLine(`cannot create a cgroup, so a watcher enforces limits (${words}): ${whyNot}`);
}

const cleanEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LC_ALL: 'C',
  DEBIAN_FRONTEND: 'noninteractive',
  DEBCONF_NONINTERACTIVE_SEEN: 'true',
  // flash-kernel would detect the build machine's board.
  FLASH_KERNEL_SKIP: '1',
};

const devices = [
  ['null', '1', '3'],
  ['zero', '1', '5'],
  ['full', '1', '7'],
  ['random', '1', '8'],
  ['urandom', '1', '9'],
  ['tty', '5', '0'],
] as const;

async function makeDevices(path: string, mounts: Mounted[]): Promise<void> {
  const dev = join(path, 'dev');
  for (const [name, major, minor] of devices) {
    await run(['mknod', '-m', '666', join(dev, name), 'c', major, minor], { quiet: true });
  }
  const links = { fd: '/proc/self/fd', stdin: 'fd/0', stdout: 'fd/1', stderr: 'fd/2', ptmx: 'pts/ptmx' };
  for (const [name, target] of Object.entries(links)) await run(['ln', '-s', target, join(dev, name)], { quiet: true });
  await makeFolder(join(dev, 'shm'));
  await makeFolder(join(dev, 'pts'));
  const pts = join(dev, 'pts');
  mounts.push(await mounted(['mount', '-t', 'devpts', '-o', 'newinstance,ptmxmode=0666,mode=620', 'devpts', pts], pts));
}

/**
 * Creates a mount point at the top of the tree. Programs in the tree cannot move it while something is mounted on it, so
 * its path stays valid. @throws BadImage for a link, which mount would follow
 */
function makeMountPoint(path: string, folder: string): void {
  const tree = inside(path);
  if (tree.kindOf(folder) === undefined) tree.makeFolder(folder);
  const kind = tree.kindOf(folder);
  if (kind === 'folder') return;
  throw new MirrorError('BadImage', `/${folder} in the image is a ${kind}, where a folder is expected`, {
    hint: 'specify the root file system of a cloud image with --base',
  });
}

/** Programs in a tree have no DNS. The image's own file is often a dangling link into /run, on which scripts fail. */
function nameNoResolver(path: string): void {
  inside(path).write('etc/resolv.conf', '');
}
