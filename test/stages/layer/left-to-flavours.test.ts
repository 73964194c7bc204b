import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { commonPackages, installCommon } from '../../../lib/stages/layer/packages-of-all-flavours';
import { resolveKernels } from '../../../lib/stages/layer/resolve-kernels';
import { type LookAlike, lookAlike, withPackage } from '../../fixtures/images/look-alike';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { inPrepared, job, request, unpackedBy } from './made/prepared-tree';

let noble: LookAlike;
beforeAll(async () => {
  noble = await lookAlike('noble');
});

describe('what all flavours have in common', () => {
  it('leaves out what would bring a kernel along that no flavour has asked for', async () => {
    const name = 'linux-firmware';
    const files = { 'usr/lib/firmware/new.bin': Buffer.alloc(1 << 20) };
    const wanting = { name, version: '20990101', depends: 'linux-image-generic', files };
    const from = await withPackage(noble, temporaryFolder(), 'updates', wanting);
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const { unpacked, left } = await inPrepared(from, async (tree) => {
      const resolution = await resolveKernels(tree, job, request, 'shared');
      const came = await unpackedBy(tree, () => installCommon(tree, resolution));
      return { unpacked: came, left: readdirSync(join(tree.path, 'var/cache/apt/archives')) };
    });
    const shown = write.mock.calls.map(([text]) => String(text)).join('');
    write.mockRestore();

    expect(unpacked).toEqual(['amd64-microcode', 'intel-microcode']);
    expect(shown).toMatch(/^:: installing packages common to all flavours: (amd64|intel)-microcode, \w+-microcode$/m);
    // What was downloaded, and before, does not stay; other files of that folder do.
    expect(left.filter((name) => name.endsWith('.deb'))).toEqual([]);
    expect(left).toContain('partial');
  });

  it('is left to the flavours where it is less than apt is started for', async () => {
    const small = await withPackage(noble, temporaryFolder(), 'updates', {
      name: 'linux-firmware',
      version: '20990101',
    });
    const unpacked = await inPrepared(small, async (tree) => {
      const resolution = await resolveKernels(tree, job, request, 'shared');
      expect(commonPackages(resolution).map(({ name }) => name)).toContain('linux-firmware');
      return unpackedBy(tree, () => installCommon(tree, resolution));
    });

    expect(unpacked).toEqual([]);
  });
});
