import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { secretFile } from '../../../lib/machine/secrets/secret-file';
import { temporaryFolder } from '../../fixtures/temporary-folder';

function written(mode: number, text = 'robot:hush-hush-42\n'): string {
  const file = join(temporaryFolder(), 'ppa');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

describe('a file of credentials', () => {
  it.each([0o600, 0o400])('is read where its mode is %o', async (mode) => {
    expect(await secretFile(written(mode))).toBe('robot:hush-hush-42\n');
  });

  it.each([0o604, 0o640, 0o602, 0o610, 0o644])('refuses mode %o, and says how to change it', async (mode) => {
    const file = written(mode);
    await expect(secretFile(file)).rejects.toMatchObject({
      name: 'KeyExposed',
      message: `the credentials file ${file} is readable by other users (mode 0${mode.toString(8)})`,
      hint: `run chmod 600 ${file}; if it may have been read, change the password`,
    });
  });

  it('refuses the file behind a link that others can read', async () => {
    const link = join(temporaryFolder(), 'link');
    symlinkSync(written(0o644), link);
    await expect(secretFile(link)).rejects.toMatchObject({ name: 'KeyExposed' });
  });

  it('refuses what is no file, without waiting for it', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'folder'));
    execFileSync('mkfifo', ['-m', '600', join(folder, 'pipe')]);
    const large = written(0o600, 'x'.repeat(64 * 1024 + 1));
    for (const [file, what] of [
      [join(folder, 'folder'), 'is not a regular file'],
      [join(folder, 'pipe'), 'is not a regular file'],
      [join(folder, 'missing'), `cannot be read: ENOENT: no such file or directory, open '${join(folder, 'missing')}'`],
      [large, 'is 65537 bytes long'],
    ] as const) {
      await expect(secretFile(file)).rejects.toMatchObject({
        name: 'BadInput',
        message: `the credentials file ${file} ${what}`,
        hint: 'specify a file with mode 0600 that contains user:password',
        misuse: true,
      });
    }
    expect(await secretFile(written(0o600, 'x'.repeat(64 * 1024)))).toHaveLength(64 * 1024);
  });
});
