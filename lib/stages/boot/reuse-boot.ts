/* stages/boot: boot tests. */

import { join } from 'node:path';
import { checked } from '../../job/checked';
import { Booted } from '../../job/handed-on/results';
import { runs } from '../../job/layout';
import { lockFile } from '../../machine/file-lock';
import { makeFolder } from '../../machine/files';
import { progress } from '../../machine/log';
import { sha256Of } from '../../sha256';
import { handOnJson, type Workbench } from '../workbench';

/**
 * Boots a kernel, an initrd and a root once in an execution, however many flavours have the same ones. That is for builds that
 * share a machine. In AWS each boots by itself: they run at the same time anyhow, and what one build machine says of another
 * flavour's boot is nothing to go by.
 * @param digests of kernel, initrd and root
 */
export async function bootedOnce(
  bench: Pick<Workbench, 'job' | 'store' | 'cache'>,
  digests: readonly string[],
  boot: () => Promise<Booted>,
): Promise<Booted> {
  const { job, store, cache } = bench;
  if (cache === undefined) return boot();
  const digest = sha256Of(digests.join('\n'));
  const locks = join(cache, 'boots');
  await makeFolder(locks);
  // Locks stay as files: few names for all digests, of which some wait for another's boot in vain.
  await using _ours = await lockFile(join(locks, `${digest.slice(0, 2)}.lock`));
  const key = runs.booted(job.folder, digest);
  const before = await store.read(key);
  if (before !== undefined) {
    progress('the same kernel, initrd and root have booted as another flavour');
    return checked(Booted, JSON.parse(before.bytes.toString()), 'the report of a boot');
  }
  const booted = await boot();
  await handOnJson(bench, key, booted);
  return booted;
}
