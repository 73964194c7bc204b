import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { processName } from '../../../lib/store/directory/process-name';
import { TemporaryFiles } from '../../../lib/store/directory/temporary';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { sha256Of } from '../contract';

const files = (folder: string, now = () => new Date()) => new TemporaryFiles(folder, now);
const image = { size: 5, sha256: sha256Of('image') };

it('a temporary file is named for its writer, measured, readable by everybody, and gone with its scope', async () => {
  const folder = join(temporaryFolder(), 'tmp');
  const { place, pid, start } = await processName();
  {
    await using one = await files(folder).write(Buffer.from('image'));
    expect(one).toMatchObject(image);
    expect(basename(one.path)).toMatch(new RegExp(`^${place}\\.${pid}\\.${start}\\.[0-9a-f-]{36}$`));
    expect((statSync(one.path).mode & 0o777).toString(8)).toBe('644');
    expect(readFileSync(one.path, 'utf8')).toBe('image');
  }
  expect(readdirSync(folder)).toEqual([]);
});

it('a local file is copied, and what cannot be written leaves nothing', async () => {
  const folder = temporaryFolder();
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, 'image');
  {
    await using copy = await files(folder).write({ file });
    expect(copy).toMatchObject(image);
    expect(statSync(copy.path).ino).not.toBe(statSync(file).ino);
  }
  const half = files(folder).bring(async (path) => {
    writeFileSync(path, 'half');
    throw new Error('cut');
  });
  await expect(half).rejects.toThrow('cut');
  expect(readdirSync(folder)).toEqual([]);
});

it('a regular file of the same disk gets a second name, nothing else does', async () => {
  const [folder, other] = [temporaryFolder(), temporaryFolder()];
  writeFileSync(join(other, 'file'), 'image');
  symlinkSync('file', join(other, 'link'));
  await using linked = await files(folder).link(join(other, 'file'));

  expect(linked).toMatchObject(image);
  expect(statSync(linked?.path ?? '').ino).toBe(statSync(join(other, 'file')).ino);
  for (const name of ['link', 'none', 'file/below', '.']) {
    expect(await files(folder).link(join(other, name))).toBeUndefined();
  }
});

it('what a process of this place left goes when the next one begins, what may still be written stays for a day', async () => {
  const folder = join(temporaryFolder(), 'tmp');
  mkdirSync(folder);
  const { place, pid, start } = await processName();
  const [dead, ours, theirs, unnamed] = [`${place}.${pid}.1.a`, `${place}.${pid}.${start}.b`, 'other.1.1.c', 'd'];
  for (const name of [dead, ours, theirs, unnamed]) writeFileSync(join(folder, name), '');
  const left = () => [dead, ours, theirs, unnamed].map((name) => existsSync(join(folder, name)));
  const day = 24 * 60 * 60 * 1000;
  const written = statSync(join(folder, theirs)).ctimeMs;

  await (await files(folder, () => new Date(written + day - 1)).write(Buffer.from('')))[Symbol.asyncDispose]();
  expect(left()).toEqual([false, true, true, true]);
  await (await files(folder, () => new Date(written + day + 60_000)).write(Buffer.from('')))[Symbol.asyncDispose]();
  expect(left()).toEqual([false, true, false, false]);
});
