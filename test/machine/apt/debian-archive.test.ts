import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { machineRepositories } from '../../../lib/machine/apt/apt';
import { repositoriesIn, withDebianKeys } from '../../../lib/machine/apt/debian-archive';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const bookworm = { uri: 'http://d/debian', suite: 'bookworm', components: ['main'] };

it('takes Debian from where mmdebstrap does on a machine whose apt knows no Debian', async () => {
  const bin = temporaryFolder();
  const program = (name: string, ...lines: readonly string[]) =>
    writeFileSync(join(bin, name), `#!/bin/sh\n${lines.join('\n')}\n`, { mode: 0o755 });
  program('apt-get', "echo 'http://u/ubuntu noble main Ubuntu'");
  program(
    'mmdebstrap',
    'root=$(mktemp -d) && mkdir -p "$root/etc/apt"',
    'while [ "${1#--}" != "$1" ]; do hook=${1#--setup-hook=}; shift; done',
    'echo "deb [signed-by=\\"/keys.gpg\\"] http://d/debian $1 main" >"$root/etc/apt/sources.list"',
    'sh -c "$hook" sh "$root"; status=$?',
    'rm -r "$root"; echo "E: setup-hook failed" >&2; exit $status',
  );
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);

  expect(await machineRepositories('bookworm').finally(() => vi.unstubAllEnvs())).toEqual([bookworm]);
});

it('reads a sources.list as mmdebstrap writes it', () => {
  const text = [
    'deb http://d/debian bookworm main',
    'deb [signed-by="/usr/share/keyrings/debian-archive-keyring.gpg"] http://s/debian-security bookworm-security main contrib',
    '# a comment',
    '',
  ].join('\n');

  expect(repositoriesIn(text)).toEqual([
    bookworm,
    { uri: 'http://s/debian-security', suite: 'bookworm-security', components: ['main', 'contrib'] },
  ]);
});

it.each([
  ['Debian', 'ID=debian\nVERSION_ID="12"\n', undefined],
  ['Ubuntu', 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n', '/usr/share/keyrings/debian-archive-keyring.gpg'],
  ['a system that does not say what it is', '', '/usr/share/keyrings/debian-archive-keyring.gpg'],
])("checks Debian's archive on %s by the keys that are there", async (_, text, keyring) => {
  const osRelease = join(temporaryFolder(), 'os-release');
  writeFileSync(osRelease, text);

  const [first] = await withDebianKeys([bookworm], osRelease);

  expect(first?.keyring).toBe(keyring);
  expect(await withDebianKeys([{ ...bookworm, keyring: '/own.gpg' }], osRelease)).toMatchObject([
    { keyring: '/own.gpg' },
  ]);
});
