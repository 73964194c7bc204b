import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { aptUpdate } from '../../../lib/machine/apt/apt';
import { mountOverlay, mountSquashfs } from '../../../lib/machine/tree/mounts';
import { serveArchive, smallRelease } from '../../fixtures/images/small-release';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { aptTree } from '../../fixtures/trees/apt-tree';
import { inSmallTree } from '../../fixtures/trees/in-small-tree';

it('fetches packages by the apt of an image that has none of the folders that all have', async () => {
  const small = await smallRelease();
  await using archive = await serveArchive(small.archive);
  const repository = { uri: archive.url, suite: small.release, components: ['main'], keyring: small.keyring };
  const scratch = temporaryFolder();
  await using image = await mountSquashfs(small.base, scratch);
  await using bare = await mountOverlay([image.path], scratch);
  for (const folder of ['tmp', 'var/tmp', 'var/log', 'var/cache', 'var/lib/apt', 'root', 'run'])
    await rm(join(bare.path, folder), { recursive: true, force: true });

  await inSmallTree(async (chroot) => {
    await using apt = await aptTree(chroot, bare.path, [repository]);
    await aptUpdate(apt);
    const lists = readdirSync(join(chroot.path, 'var/lib/apt/lists'));
    expect(lists.filter((name) => name.endsWith('_InRelease'))).toHaveLength(1);
  });
});
