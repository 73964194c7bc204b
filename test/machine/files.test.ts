import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { availableParallelism, machine, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { readBytes, writeBytes } from '../../lib/machine/bytes';
import { nameDiskFull } from '../../lib/machine/disk-full';
import { filesBelow, makeFolder, pathExists, readText, sizeOf, timeOf, writeText } from '../../lib/machine/files';
import { isSameFile } from '../../lib/machine/same-file';
import { cores, freeSpace, isInstalled, kernelRelease, memorySize, thisMachine } from '../../lib/machine/this-machine';
import { temporaryFolder } from '../fixtures/temporary-folder';

it('lists the regular files below a folder, by their paths', async () => {
  const folder = temporaryFolder();
  await makeFolder(join(folder, 'b/c'));
  await makeFolder(join(folder, 'b/c'));
  for (const name of ['b/c/d', 'a', 'b/x']) await writeText(join(folder, name), name);
  symlinkSync('a', join(folder, 'link'));

  expect(await filesBelow(folder)).toEqual(['a', 'b/c/d', 'b/x']);
  expect(await readText(join(folder, 'b/x'))).toBe('b/x');
});

it('says of a file how long it is and when it was written, and whether there is anything', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'a');
  writeFileSync(file, 'four');
  utimesSync(file, 1, 1_700_000_000.9);
  symlinkSync('nowhere', join(folder, 'link'));

  expect([await sizeOf(file), await timeOf(file)]).toEqual([4, 1_700_000_000]);
  expect(await Promise.all([file, folder, join(folder, 'link'), join(folder, 'none')].map(pathExists))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

it('keeps bytes in a file, with the folders above it', async () => {
  const file = join(temporaryFolder(), 'a/b/c');
  await writeBytes(file, Buffer.from([0, 255]));
  expect([...readFileSync(file)]).toEqual([0, 255]);
  expect([...(await readBytes(file))]).toEqual([0, 255]);
  await expect(readBytes(join(file, '..'))).rejects.toMatchObject({ code: 'EISDIR' });
});

it.each(['ENOSPC', 'EDQUOT'])('refuses to hide a full disk behind %s', async (code) => {
  const full = Object.assign(new Error('x'), { code });
  await expect(nameDiskFull('/a/file', () => Promise.reject(full))).rejects.toMatchObject({
    name: 'DiskFull',
    message: 'no space left on device, writing /a/file',
    hint: 'free some space, or use another work folder with --work DIR or TMPDIR',
  });
});

it('knows this machine', async () => {
  expect([thisMachine(), kernelRelease(), cores()]).toEqual([machine(), release(), availableParallelism()]);
  expect(await freeSpace('/')).toBeGreaterThan(1024 * 1024);
});

it('has the memory of the machine, or of the container where that is less', () => {
  const limited = (limit: number) => {
    vi.spyOn(process, 'constrainedMemory').mockReturnValueOnce(limit);
    return memorySize();
  };
  expect([limited(0), limited(1), limited(1000), limited(2 ** 63)]).toEqual([totalmem(), 1, 1000, totalmem()]);
  vi.restoreAllMocks();
});

it('finds a program as a shell does: what is executable, in any folder of the path', async () => {
  const [one, other] = [temporaryFolder(), temporaryFolder()];
  writeFileSync(join(other, 'tool'), '', { mode: 0o755 });
  writeFileSync(join(one, 'text'), '', { mode: 0o644 });
  const here = process.cwd();
  vi.stubEnv('PATH', `${one}::${other}`);
  const found = await Promise.all(['tool', 'text', 'none', 'package.json'].map(isInstalled));
  vi.stubEnv('PATH', undefined);
  const without = await isInstalled('tool');
  vi.unstubAllEnvs();
  expect([found, without, here]).toEqual([[true, false, false, false], false, process.cwd()]);
});

it('tells whether two names are of one file', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'a'), '');
  writeFileSync(join(folder, 'b'), '');
  mkdirSync(join(folder, 'c'));
  symlinkSync('a', join(folder, 'link'));
  expect(await isSameFile(join(folder, 'a'), join(folder, 'link'))).toBe(true);
  expect(await isSameFile(join(folder, 'a'), join(folder, 'b'))).toBe(false);
  symlinkSync('circle', join(folder, 'circle'));
  for (const nowhere of ['none', 'a/x', 'circle'].map((name) => join(folder, name)))
    expect(await isSameFile(nowhere, nowhere)).toBe(false);
});
