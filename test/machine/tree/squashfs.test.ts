import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { run } from '../../../lib/machine/run';
import { mountOverlay, mountSquashfs } from '../../../lib/machine/tree/mounts';
import {
  checkSquashfs,
  excludesAttributes,
  makeSquashfs,
  passingCompression,
  squashfsTime,
} from '../../../lib/machine/tree/squashfs';
import { programOfDebian } from '../../fixtures/programs/program-of-debian';
import { temporaryFolder } from '../../fixtures/temporary-folder';

describe('a file that should be a squashfs', () => {
  it('is one, made when it says', async () => {
    const { file } = await small();

    await expect(checkSquashfs(file)).resolves.toBeUndefined();
    expect(await squashfsTime(file)).toBe(1_700_000_000);
  });

  it('is one with more behind its end, as downloads to whole blocks have it', async () => {
    const { file, promised } = await small();
    truncateSync(file, promised);
    await expect(checkSquashfs(file)).resolves.toBeUndefined();

    writeFileSync(file, Buffer.alloc(9), { flag: 'a' });
    await expect(checkSquashfs(file)).resolves.toBeUndefined();
  });

  it.each([1, 1000])('refuses one that is cut by %i bytes', async (bytes) => {
    const { file, promised } = await small();
    truncateSync(file, promised - bytes);

    await expect(checkSquashfs(file)).rejects.toMatchObject({
      name: 'BadImage',
      message: `${file} is not a valid squashfs: it is truncated (${promised - bytes} of ${promised} bytes)`,
    });
  });

  it.each([
    ['of another version', (bytes: Buffer) => void bytes.writeUInt16LE(3, 28), 'its format version is 3, not 4'],
    ['that begins otherwise', (bytes: Buffer) => void bytes.write('<htm'), 'it begins with "<htm"'],
  ])('refuses one %s', async (_, change, why) => {
    const { file } = await small();
    const bytes = readFileSync(file);
    change(bytes);
    writeFileSync(file, bytes);

    await expect(checkSquashfs(file)).rejects.toMatchObject({
      name: 'BadImage',
      message: expect.stringContaining(why),
    });
  });

  it('refuses an empty file, a folder and nothing', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'empty'), '');
    for (const path of ['empty', '.', 'missing']) {
      await expect(checkSquashfs(join(folder, path))).rejects.toMatchObject({ name: 'BadImage' });
    }
  });
});

describe('labels of a machine with SELinux', () => {
  it('are not in what is made by a mksquashfs that can leave them out; capabilities are', async () => {
    const { tree, file, options } = labelled();
    vi.stubEnv('PATH', `${await programOfDebian('trixie', 'mksquashfs', 'squashfs-tools')}:${process.env.PATH}`);
    await makeSquashfs(tree, file, options);
    vi.unstubAllEnvs();

    await run(['unsquashfs', '-no-progress', '-dest', `${file}.tree`, file], { quiet: true });
    const all = ['getfattr', '--recursive', '--dump', '--match', '.', '.'] as const;
    const attributes = await run(all, { quiet: true, cwd: `${file}.tree` });
    expect(attributes).toMatch(/^# file: ping\nsecurity\.capability=\S+$/m);
    expect(attributes).not.toContain('selinux');
  });

  it('refuses them, with the first file that has one, where mksquashfs is too old for that', async () => {
    const { tree, file, options } = labelled();
    const bin = temporaryFolder();
    writeFileSync(join(bin, 'mksquashfs'), '#!/bin/sh\necho "mksquashfs version 4.5.1 (2022/03/17)"\n', {
      mode: 0o755,
    });
    vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);

    await expect(makeSquashfs(tree, file, options)).rejects.toMatchObject({
      name: 'NotSupported',
      message: 'files of the image have the attribute security.selinux on this machine, for example a\\012b',
      hint: expect.stringContaining('squashfs-tools 4.6'),
    });
    expect(existsSync(file)).toBe(false);
    await run(['setfattr', '--remove', 'security.selinux', join(tree, 'a\nb')], { quiet: true });
    await expect(makeSquashfs(tree, file, options)).resolves.toBeUndefined();
    vi.unstubAllEnvs();
  });

  it('refuses to pack where it cannot be told whether files have them', async () => {
    const { tree, file, options } = labelled();
    const bin = temporaryFolder();
    const program = (name: string, line: string) =>
      writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    program('mksquashfs', 'echo "mksquashfs version 4.5.1 (2022/03/17)"');
    program('getfattr', 'echo "getfattr: no such luck" >&2; exit 1');
    vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);

    await expect(makeSquashfs(tree, file, options)).rejects.toMatchObject({
      name: 'CommandFailed',
      message: expect.stringContaining('no such luck'),
    });
    vi.unstubAllEnvs();
  });

  it('are not there where the layer below can have no attributes at all, as a squashfs that was made without any', async () => {
    const folder = temporaryFolder();
    const [tree, lower, bin] = ['tree', 'lower.squashfs', 'bin'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    mkdirSync(join(tree, 'sub'), { recursive: true });
    mkdirSync(bin);
    await run(['mksquashfs', tree, lower, '-no-xattrs', '-quiet', '-no-progress'], { quiet: true });
    writeFileSync(join(bin, 'mksquashfs'), '#!/bin/sh\necho "mksquashfs version 4.5.1 (2022/03/17)"\n', {
      mode: 0o755,
    });
    await using image = await mountSquashfs(lower, folder);
    await using root = await mountOverlay([image.path], folder);
    vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);

    await expect(
      makeSquashfs(root.path, join(folder, 'new'), { compression: passingCompression, epoch: 0 }),
    ).resolves.toBeUndefined();
    execFileSync('setfattr', ['--name', 'security.selinux', '--value', 'x', root.path]);
    await expect(
      makeSquashfs(root.path, join(folder, 'new'), { compression: passingCompression, epoch: 0 }),
    ).rejects.toMatchObject({ name: 'NotSupported' });
    vi.unstubAllEnvs();
  });

  it.each([
    ['mksquashfs version 4.5.1 (2022/03/17)', false],
    ['mksquashfs version 4.6 (2023/03/25)', true],
    ['mksquashfs version 4.6.1-dirty (2023/03/25)', true],
    ['mksquashfs version 4.10 (2030/01/01)', true],
    ['mksquashfs version 5.0 (2030/01/01)', true],
    ['something else', false],
  ])('%s can leave them out: %s', (version, can) => expect(excludesAttributes(version)).toBe(can));
});

/** A tree in which one file has a label, and another a capability. */
function labelled() {
  const folder = temporaryFolder();
  const [tree, file] = [join(folder, 'tree'), join(folder, 'labelled.squashfs')];
  mkdirSync(tree);
  for (const name of ['a\nb', 'ping']) writeFileSync(join(tree, name), '');
  execFileSync('setfattr', ['--name', 'security.selinux', '--value', 'system_u:object_r:bin_t:s0', join(tree, 'a\nb')]);
  execFileSync('setcap', ['cap_net_raw=ep', join(tree, 'ping')]);
  return { tree, file, options: { compression: passingCompression, epoch: 1_700_000_000 } };
}

/** A squashfs, and the bytes that its first block says it has. */
async function small(): Promise<{ file: string; promised: number }> {
  const folder = temporaryFolder();
  const [tree, file] = [join(folder, 'tree'), join(folder, 'small.squashfs')];
  mkdirSync(tree);
  writeFileSync(join(tree, 'inside'), randomBytes(5000));
  await makeSquashfs(tree, file, { compression: passingCompression, epoch: 1_700_000_000 });
  return { file, promised: Number(readFileSync(file).readBigUInt64LE(40)) };
}
