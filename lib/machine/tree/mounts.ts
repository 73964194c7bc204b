import { mkdir, mkdtemp, readFile, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MirrorError } from '../../errors';
import { type Command, run } from '../run';
import { memorySize } from '../this-machine';
import { makeLoopNode } from './loop-node';
import { checkSquashfs } from './squashfs';

/** A mount that is unmounted when its scope ends. */
export interface Mounted extends AsyncDisposable {
  readonly path: string;
}

/** Loop-mounts a squashfs read-only, or unpacks it if the machine has no loop devices (some containers). */
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

/** Another process may take the device whose node was just created; then create the next one. */
async function loopMounted(file: string, path: string): Promise<Mounted> {
  for (;;) {
    try {
      return await mounted(['mount', '-t', 'squashfs', '-o', 'ro,loop,nosuid,nodev', file, path], path);
    } catch (error) {
      if (!lacksLoop(error) || !(await makeLoopNode())) throw error;
    }
  }
}

/** The last is what the mount of util-linux 2.39 (Ubuntu 24.04) says; file and mount point are there. */
function lacksLoop(error: unknown): boolean {
  const said = /loop device|Operation not permitted|mount failed: No such file or directory/;
  return error instanceof MirrorError && said.test(error.message);
}

/** Whether a path is a mount point with a file system of this type. */
export async function isMountedAs(path: string, type: string): Promise<boolean> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  return mounts.some(([, at, what]) => at === path && what === type);
}

export interface Overlay extends Mounted {
  /** The upper directory, which contains all changes. */
  readonly upper: string;
}

/**
 * Mounts a writable overlay on read-only layers, topmost first. The upper directory is on a tmpfs: the root of a CodeBuild
 * container is itself an overlay, which cannot hold one, and memory is faster (facts/performance.md).
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
 * Mounts `root` in its working directory, which also contains `upper`, `work` and the layers `0`, `1`, …. Names are short,
 * because mount(8) since util-linux 2.39 uses fsconfig(2), which limits the list of layers to 256 bytes.
 */
function overlayCommand(layers: number): Command {
  const options = [`lowerdir=${Array.from({ length: layers }, (_, index) => index).join(':')}`];
  options.push('upperdir=upper', 'workdir=work');
  // Some kernels by default store renames and metadata changes as references to the layer below. The upper directory
  // becomes a layer of another overlay, so it must contain complete files and folders.
  const whole = ['redirect_dir=off', 'metacopy=off'];
  // A layer may contain device nodes of this machine's disks, which root in the tree could read.
  return ['mount', '-t', 'overlay', '-o', [...options, ...whole, 'nodev'].join(','), 'overlay', 'root'];
}

/** Runs any other mount command, e.g. for the /sys of a chroot. */
export async function mounted(command: Command, path: string, cwd?: string): Promise<Mounted> {
  await run(command, { quiet: true, ...(cwd !== undefined && { cwd }) });
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await unmount(path);
    },
  };
}

/** A daemon started by a package may still use the mount; a lazy unmount then completes when it ends. */
async function unmount(path: string): Promise<void> {
  try {
    await run(['umount', path], { quiet: true });
  } catch {
    await run(['umount', '--lazy', path], { quiet: true });
  }
}
