import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyFile } from '../../../lib/machine/secrets/key-file';
import { temporaryFolder } from '../../fixtures/temporary-folder';

describe('the file of a private key', () => {
  it('is made for its owner alone, whatever the umask says, and is the same the next time', async () => {
    const path = join(temporaryFolder(), 'keys/signing-key.asc');
    const before = process.umask(0);
    const made = await keyFile(path, async () => 'a key').finally(() => process.umask(before));

    expect([made, await keyFile(path, noSecondKey)]).toEqual(['a key', 'a key']);
    expect([path, join(path, '..')].map((one) => statSync(one).mode & 0o777)).toEqual([0o600, 0o700]);
  });

  it.each([0o600, 0o400, 0o700])('is read with mode %o', async (mode) => {
    expect(await keyFile(keyOf(mode), noSecondKey)).toBe('a key');
  });

  it.each([0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o666])('refuses mode %o, and changes nothing', async (mode) => {
    const path = keyOf(mode);

    await expect(keyFile(path, noSecondKey)).rejects.toMatchObject({
      name: 'KeyExposed',
      message: `the private key ${path} is readable by other users (mode 0${mode.toString(8)})`,
      hint: `run chmod 600 ${path}; if it may have been read, rotate the key`,
    });
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['a key', mode]);
  });

  it('refuses what can be no key’s file, and makes none', async () => {
    const folder = temporaryFolder();
    const [pipe, file] = [join(folder, 'pipe'), join(folder, 'file')];
    execFileSync('mkfifo', ['-m', '600', pipe]);
    writeFileSync(file, '');
    for (const [path, what] of [
      [folder, 'is not a file'],
      [pipe, 'is not a file'],
      [join(file, 'key'), 'is below a file, not a folder'],
    ]) {
      await expect(keyFile(String(path), noSecondKey)).rejects.toMatchObject({
        name: 'BadInput',
        message: `the private key ${path} ${what}`,
        hint: 'specify the path of a key file, or of one to create',
        misuse: true,
      });
    }
  });

  it('refuses one that this user may not read, even root', async () => {
    const nobodys = '/sys/bus/cpu/uevent'; // the kernel lets it be written only
    await expect(keyFile(nobodys, noSecondKey)).rejects.toMatchObject({
      name: 'BadInput',
      message: `the private key ${nobodys} cannot be read by this user`,
      cause: { code: 'EACCES' },
    });
  });

  it('leaves nothing half-made beside it', async () => {
    const folder = temporaryFolder();
    await keyFile(join(folder, 'a/b/key'), async () => 'a key');
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['key']);
    const failing = keyFile(join(folder, 'other'), () => Promise.reject(new Error('no key')));
    await expect(failing).rejects.toThrow('no key');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('is that of the first of two that make it at once', async () => {
    const path = join(temporaryFolder(), 'signing-key.asc');

    const slow = keyFile(path, async () => {
      await keyFile(path, async () => 'of the quick one');
      return 'of the slow one';
    });

    expect(await slow).toBe('of the quick one');
    expect(readFileSync(path, 'utf8')).toBe('of the quick one');
  });
});

function keyOf(mode: number): string {
  const path = join(temporaryFolder(), 'signing-key.asc');
  writeFileSync(path, 'a key');
  chmodSync(path, mode);
  return path;
}

async function noSecondKey(): Promise<string> {
  throw new Error('there is a key already');
}
