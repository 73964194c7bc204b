import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BuiltBootloaders } from '../../../../lib/job/handed-on/bootloaders';
import { runs } from '../../../../lib/job/layout';
import { buildBootloaders } from '../../../../lib/stages/bootloaders';
import { DirectoryStore } from '../../../../lib/store/directory/directory';
import type { BootloaderArchive } from '../../../fixtures/archives/bootloader-archive';
import { serveArchive } from '../../../fixtures/servers/served-archive';

/** Folder of the execution, and the build of it that {@link buildFrom} is. */
export const owned = 'run-0123456789abcdef';
export const build = 'Bootloaders:1';

/** Where it puts what it makes. */
export const attempt = runs.attempt({ folder: owned, architecture: '', kernel: '' }, 'bootloaders', build);

/**
 * Builds the bootloaders from a served archive.
 * @param folder an empty one; its `work` is the work store afterwards
 */
export async function buildFrom(from: BootloaderArchive, folder: string): Promise<BuiltBootloaders> {
  await using archive = await serveArchive(from.archive);
  await using ports = await serveArchive(from.ports);
  const scratch = join(folder, 'scratch');
  mkdirSync(scratch);
  const store = new DirectoryStore(join(folder, 'work'));
  const tools = join(__dirname, '../../../../buildspecs');
  const { keyring } = from;
  const archives = { archive: { uri: archive.url, keyring }, ports: { uri: ports.url, keyring } };
  return await buildBootloaders({ folder: attempt, store, scratch, tools }, archives);
}
