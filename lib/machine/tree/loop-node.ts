import { readFile } from 'node:fs/promises';
import { MirrorError } from '../../errors';
import { pathExists } from '../files';
import { run } from '../run';

/**
 * Makes the node of the loop device that is free next, where /dev lacks it: that of a container is a copy from when it
 * was started, in which later devices never appear (facts/aws.md §1).
 * @returns whether there is a new one to try
 */
export async function makeLoopNode(): Promise<boolean> {
  const node = await freeLoop();
  if (node === undefined || (await pathExists(node))) return false;
  const device = await readFile(`/sys/block/${node.slice('/dev/'.length)}/dev`, 'utf8');
  const [major = '', minor = ''] = device.trim().split(':');
  try {
    await run(['mknod', '-m', '660', node, 'b', major, minor], { quiet: true });
  } catch (error) {
    if (!(await pathExists(node))) throw error; // another build beside us has made it
  }
  return true;
}

/** `/dev/loop3`, which the kernel has made if need be; undefined where it has no loop devices for us. */
async function freeLoop(): Promise<string | undefined> {
  try {
    return (await run(['losetup', '--find'], { quiet: true })).trim();
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'CommandFailed') return undefined;
    throw error;
  }
}
