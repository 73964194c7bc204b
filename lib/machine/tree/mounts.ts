import { mkdir, mkdtemp, readFile, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MirrorError } from '../../errors';
import { type Command, run } from '../run';
import { memorySize } from '../this-machine';
import { makeLoopNode } from './loop-node';
import { checkSquashfs } from './squashfs';

/** Something mounted, gone again when its scope ends. */
export interface Mounted extends AsyncDisposable {
  readonly path: string;
}

/** Loop-mounts a squashfs read-only, or unpacks it where the machine has no loop devices (some containers). */
export async function mountSquashfs(file: string, scratch: string): Promise<Mounted> {
  await checkSquashfs(file);
  const path = await mkdtemp(join(scratch, 'squashfs-'));
  try {
    return await loopMounted(file, path);
  } catch (error) {
    if (!lacksLoop(error)) throw error;
    await run(['unsquashfs', '-no-progress', '-force', '-dest', path, file], { quiet: true });
    return { path, [Symbol.asyncDispose]: async () => {} };
  }
}

/** Somebody else may take the device whose node was made; then there is another one to make. */
async function loopMounted(file: string, path: string): Promise<Mounted> {
  for (;;) {
    try {
      return await mounted(['mount', '-t', 'squashfs', '-o', 'ro,loop,nosuid,nodev', file, path], path);
    } catch (error) {
      if (!lacksLoop(error) || !(await makeLoopNode())) throw error;
    }
  }
}

function lacksLoop(error: unknown): boolean {
  return error instanceof MirrorError && /loop device|Operation not permitted/.test(error.message);
}

/** Whether something of this type is mounted right there. */
export async function isMountedAs(path: string, type: string): Promise<boolean> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  return mounts.some(([, at, what]) => at === path && what === type);
}

export interface Overlay extends Mounted {
  /** What was written: the upper directory. */
  readonly upper: string;
}

/**
 * Lays a writable overlay on read-only layers, the topmost first. Its upper is a tmpfs: the root of a CodeBuild
 * container is itself an overlay, which cannot be an upper, and memory is faster (facts/performance.md).
 */
export async function mountOverlay(layers: readonly string[], scratch: string): Promise<Overlay> {
  const memory = await mkdtemp(join(scratch, 'overlay-'));
  const size = Math.floor(memorySize() * 0.9);
  const tmpfs = await mounted(['mount', '-t', 'tmpfs', '-o', `mode=0755,size=${size}`, 'overlay', memory], memory);
  const [upper, path] = [join(memory, 'upper'), join(memory, 'root')];
  try {
    for (const folder of ['upper', 'work', 'root']) await mkdir(join(memory, folder));
    for (const [index, layer] of layers.entries()) await symlink(resolve(layer), join(memory, `${index}`));
    const overlay = await mounted(overlayCommand(layers.length), path, memory);
    return {
      path,
      upper,
      async [Symbol.asyncDispose]() {
        await overlay[Symbol.asyncDispose]();
        await tmpfs[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await tmpfs[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Mounts `root` of the folder where it runs: `0`, `1`, … of that folder are the layers, `upper` and `work` are there, too. By short
 * names, because a mount(8) that uses fsconfig(2), as that of util-linux 2.39 does, can say no more than 256 bytes of layers.
 */
function overlayCommand(layers: number): Command {
  const options = [`lowerdir=${Array.from({ length: layers }, (_, index) => index).join(':')}`];
  options.push('upperdir=upper', 'workdir=work');
  // A kernel may be built to store renames and metadata changes as references to the layer below; the upper of this
  // overlay becomes a layer of another one, so it has to hold whole files and folders.
  const whole = ['redirect_dir=off', 'metacopy=off'];
  // A layer may hold nodes of this machine's disks, which root in the tree would read without making them.
  return ['mount', '-t', 'overlay', '-o', [...options, ...whole, 'nodev'].join(','), 'overlay', 'root'];
}

/** Mounts something else, e.g. the fresh /proc of a chroot. */
export async function mounted(command: Command, path: string, cwd?: string): Promise<Mounted> {
  await run(command, { quiet: true, ...(cwd !== undefined && { cwd }) });
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await unmount(path);
    },
  };
}

/** A daemon that a package started may still sit on a mount; detaching it lets the namespace's end do the rest. */
async function unmount(path: string): Promise<void> {
  try {
    await run(['umount', path], { quiet: true });
  } catch {
    await run(['umount', '--lazy', path], { quiet: true });
  }
}
