import { readFile } from 'node:fs/promises';
import { MirrorError } from '../../errors';
import { pathExists } from '../files';
import { run } from '../run';

/**
 * Creates the device node of the next free loop device if /dev lacks it. The /dev of a container is a copy made at its
 * start, in which new devices never appear (facts/aws.md §1).
 * @returns whether it created one, so that a mount can be retried
 */
export async function makeLoopNode(): Promise<boolean> {
  const node = await freeLoop();
  if (node === undefined || (await pathExists(node))) return false;
  const device = await readFile(`/sys/block/${node.slice('/dev/'.length)}/dev`, 'utf8');
  const [major = '', minor = ''] = device.trim().split(':');
  try {
    await run(['mknod', '-m', '660', node, 'b', major, minor], { quiet: true });
  } catch (error) {
    if (!(await pathExists(node))) throw error; // a concurrent build has created it
  }
  return true;
}

/** `/dev/loop3`, created by the kernel if necessary; undefined if loop devices are not available. */
async function freeLoop(): Promise<string | undefined> {
  try {
    return (await run(['losetup', '--find'], { quiet: true })).trim();
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'CommandFailed') return undefined;
    throw error;
  }
}
