import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { silencedTool, silenceTool, unsilenceTool } from '../../../lib/machine/dpkg/quiet-packages';
import type { Chroot } from '../../../lib/machine/tree/chroot';
import { smallRelease } from '../../fixtures/images/small-release';
import { inSmallTree } from '../../fixtures/trees/in-small-tree';

beforeAll(async () => void (await smallRelease()));

const tool = '/usr/sbin/update-initramfs';

/** As the coreutils of 25.10 and later: one program of many names, which knows itself by how it was called. */
async function putManyNamedTrue(chroot: Chroot): Promise<void> {
  const file = join(chroot.path, 'usr/bin/true');
  await rm(file);
  await writeFile(file, '#!/bin/sh\n[ "${0##*/}" = true ] || { echo "no such function: $0" >&2; exit 1; }\n');
  await chmod(file, 0o755);
}

describe('a silenced program', () => {
  it('does nothing and ends well, also where /bin/true goes by its name', async () => {
    await inSmallTree(async (chroot) => {
      await putManyNamedTrue(chroot);
      await chroot.run(['/bin/true'], { quiet: true });
      const before = await readFile(join(chroot.path, tool), 'utf8');

      await silenceTool(chroot, tool);

      expect(await chroot.run([tool, '-u', '-k', 'all'], { quiet: true })).toBe('');
      expect(await readFile(join(chroot.path, silencedTool(tool)), 'utf8')).toBe(before);
    });
  });

  it('may be silenced twice, and before it is there', async () => {
    const absent = '/usr/bin/newaliases';
    await inSmallTree(async (chroot) => {
      const before = await readFile(join(chroot.path, tool), 'utf8');
      for (const name of [tool, tool, absent]) await silenceTool(chroot, name);

      expect(await chroot.run([absent], { quiet: true })).toBe('');
      expect(await readFile(join(chroot.path, silencedTool(tool)), 'utf8')).toBe(before);
    });
  });

  it('has its place again afterwards, and an absent one leaves nothing', async () => {
    const absent = '/usr/bin/newaliases';
    await inSmallTree(async (chroot) => {
      const before = await readFile(join(chroot.path, tool), 'utf8');
      for (const name of [tool, absent]) await silenceTool(chroot, name);
      for (const name of [tool, absent]) await unsilenceTool(chroot, name);

      expect(await readFile(join(chroot.path, tool), 'utf8')).toBe(before);
      await expect(readFile(join(chroot.path, absent))).rejects.toMatchObject({ code: 'ENOENT' });
      expect(await chroot.run(['dpkg-divert', '--list', '*.real'], { quiet: true })).toBe('');
    });
  });
});
