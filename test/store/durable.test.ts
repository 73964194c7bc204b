import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hasCode, ifThere, isUnwritable, makeFolder, nameDiskFull, putAt, readIfThere } from '../../lib/store/durable';
import { temporaryFolder } from '../fixtures/temporary-folder';

const withCode = (code: string) => Object.assign(new Error('of a test'), { code });
const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8);

it('folders are made with those above them, readable by everybody, and what was there stays as it was', async () => {
  const root = temporaryFolder();
  mkdirSync(join(root, 'closed'), { mode: 0o700 });
  await makeFolder(join(root, 'closed/a/b'));
  await makeFolder(join(root, 'closed/a/b'));

  expect(['closed', 'closed/a', 'closed/a/b'].map((path) => mode(join(root, path)))).toEqual(['700', '755', '755']);
});

it('a file is put into its folder again where somebody removes that meanwhile, ten times at most', async () => {
  const root = temporaryFolder();
  const path = join(root, 'pool/noble/file');
  let tries = 0;
  const removedUntil = (last: number) => async () => {
    tries += 1;
    if (tries < last) rmSync(join(root, 'pool'), { recursive: true });
    writeFileSync(path, `try ${tries}`);
  };

  await putAt(path, removedUntil(11));
  expect(readFileSync(path, 'utf8')).toBe('try 11');
  tries = 0;
  await expect(putAt(path, removedUntil(99))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(tries).toBe(11);
});

it('another error ends it at once', async () => {
  let tries = 0;
  const put = async () => {
    tries += 1;
    throw withCode('EEXIST');
  };

  await expect(putAt(join(temporaryFolder(), 'file'), put)).rejects.toMatchObject({ code: 'EEXIST' });
  expect(tries).toBe(1);
});

it('no file is nothing: none, a folder, or one below a file; other errors are told', async () => {
  const root = temporaryFolder();
  writeFileSync(join(root, 'file'), 'text');

  expect((await readIfThere(join(root, 'file')))?.toString()).toBe('text');
  for (const path of ['none', 'file/below', '.']) expect(await readIfThere(join(root, path))).toBeUndefined();
  await expect(ifThere(() => Promise.reject(withCode('EACCES')))).rejects.toMatchObject({ code: 'EACCES' });
});

it('a disk that is full is told by the path and the way to make room', async () => {
  const full = () => Promise.reject(withCode('ENOSPC'));

  await expect(nameDiskFull('/mirror/pool/squashfs', full)).rejects.toMatchObject({
    name: 'DiskFull',
    message: expect.stringContaining('/mirror/pool/squashfs'),
    hint: 'free some space on its file system (df -h /mirror/pool) and run the command again; no partial file is left behind',
  });
});

it('who may not write, or cannot, is told from who has another trouble', () => {
  const unwritable = ['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS'];
  expect(unwritable.filter((code) => !isUnwritable(withCode(code)))).toEqual([]);
  expect(['ENOENT', 'EIO'].filter((code) => isUnwritable(withCode(code)))).toEqual([]);
});

it('an error has a code only where it says so', () => {
  expect([hasCode(withCode('A'), 'A'), hasCode(withCode('A'), 'B', 'A'), hasCode(withCode('A'), 'B')]).toEqual([
    ...[true, true, false],
  ]);
  expect([hasCode(new Error('A'), 'A'), hasCode({ code: 'A' }, 'A'), hasCode(undefined, 'A')]).toEqual([
    ...[false, false, false],
  ]);
});
