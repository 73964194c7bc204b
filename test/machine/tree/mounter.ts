import { readdir } from 'node:fs/promises';
import { isMountedAs, mountSquashfs } from '../../../lib/machine/tree/mounts';

/** Mounts a squashfs in a process of its own, and says how, and what is in it. */
async function main([file = '', scratch = '']: readonly string[]): Promise<void> {
  await using mounted = await mountSquashfs(file, scratch);
  const how = (await isMountedAs(mounted.path, 'squashfs')) ? 'mounted' : 'unpacked';
  console.log(`${how}: ${(await readdir(mounted.path)).join(' ')}`);
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error);
  process.exitCode = 1;
});
