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
 * Boots the same kernel, initrd and root only once per execution, however many flavours have them. This is for builds that
 * share a machine. On AWS each flavour boots its own: builds run at the same time, and a build machine's report about
 * another flavour's boot is not trusted.
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
  // Lock files are kept, so all digests share 256 of them; a boot may wait for an unrelated one.
  await using _ours = await lockFile(join(locks, `${digest.slice(0, 2)}.lock`));
  const key = runs.booted(job.folder, digest);
  const before = await store.read(key);
  if (before !== undefined) {
    progress('the same kernel, initrd and root have already booted for another flavour');
    return checked(Booted, JSON.parse(before.bytes.toString()), 'the boot report');
  }
  const booted = await boot();
  await handOnJson(bench, key, booted);
  return booted;
}
