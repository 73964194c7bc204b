import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makeTarXz } from '../../../lib/machine/tree/tar';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-root';

const { XZ_OPT, TAR_OPTIONS } = process.env;
afterEach(() => {
  for (const [name, value] of Object.entries({ XZ_OPT, TAR_OPTIONS })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

const listed = (archive: string) =>
  execFileSync('tar', ['--list', '--verbose', '--utc', '--full-time', '--file', archive], { encoding: 'utf8' })
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '));

function files(folder: string): { name: string; file: string }[] {
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'deep/b'), 'second', { mode: 0o600 });
  writeFileSync(join(folder, 'a'), 'first', { mode: 0o755 });
  return [
    { name: 'b.efi', file: join(folder, 'deep/b') },
    { name: '-a.efi', file: join(folder, 'a') },
  ];
}

test('members lie at the top by name, owned by nobody in particular, of one time', async () => {
  const folder = temporaryFolder();
  await makeTarXz(files(folder), join(folder, 'made.tar.xz'), 1_750_000_000);

  expect(listed(join(folder, 'made.tar.xz'))).toEqual([
    '-rw-r--r-- 0/0 5 2025-06-15 15:06:40 -a.efi',
    '-rw-r--r-- 0/0 6 2025-06-15 15:06:40 b.efi',
  ]);
  expect(readdirSync(folder).sort()).toEqual(['a', 'deep', 'made.tar.xz']);
});

test('the same names and bytes give the same bytes, whatever else differs', async () => {
  const [one, other] = [temporaryFolder(), temporaryFolder()];
  await makeTarXz(files(one), join(one, 'made.tar.xz'), 1_750_000_000);
  const members = files(other).reverse();
  utimesSync(join(other, 'a'), 1, 1);
  Object.assign(process.env, { XZ_OPT: '--check=crc32', TAR_OPTIONS: '--numeric-owner' });
  await makeTarXz(members, join(other, 'made.tar.xz'), 1_750_000_000);

  expect(readFileSync(join(other, 'made.tar.xz')).equals(readFileSync(join(one, 'made.tar.xz')))).toBe(true);
});

test('refuses two members of one name', async () => {
  const folder = temporaryFolder();
  const [first] = files(folder);
  const twice = [first, first].filter((one) => one !== undefined);

  await expect(makeTarXz(twice, join(folder, 'made.tar.xz'), 0)).rejects.toThrow(/EEXIST.*b\.efi/);
  expect(readdirSync(folder).sort()).toEqual(['a', 'deep']);
});
