import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSquashfs, makeSquashfs, passingCompression, squashfsTime } from '../../lib/machine/squashfs';
import { temporaryFolder } from '../fixtures/temporary-folder';

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
      message: `${file} is no squashfs: it is cut: ${promised - bytes} bytes of ${promised}`,
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

/** A squashfs, and the bytes that its first block says it has. */
async function small(): Promise<{ file: string; promised: number }> {
  const folder = temporaryFolder();
  const [tree, file] = [join(folder, 'tree'), join(folder, 'small.squashfs')];
  mkdirSync(tree);
  writeFileSync(join(tree, 'inside'), randomBytes(5000));
  await makeSquashfs(tree, file, { compression: passingCompression, epoch: 1_700_000_000 });
  return { file, promised: Number(readFileSync(file).readBigUInt64LE(40)) };
}
