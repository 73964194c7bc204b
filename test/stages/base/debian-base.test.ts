import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { releaseOf } from '../../../lib/catalog/releases';
import { debianBase } from '../../../lib/stages/base/debian-base';
import { makeAuthority } from '../../fixtures/servers/small-authority';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { benchFor, withProgress } from '../made/workbench';
import '../../fixtures/needs-root';

/** What a machine is commissioned by, and what its initramfs boots from the network by. */
const packages =
  'systemd-sysv dbus cloud-init netplan.io openssh-server sudo iproute2 ca-certificates initramfs-tools overlayroot cloud-initramfs-dyn-netconf open-iscsi lsb-release';

it('a base of Debian is bootstrapped with all that a machine needs, from the archives that are asked for', async () => {
  const [bin, seen] = [temporaryFolder(), temporaryFolder()];
  // Says what it was given, and fails.
  const lines = [
    `printf '%s\\n' "$@" > ${seen}/words`,
    `cat > ${seen}/input`,
    `sed -n 's/^--aptopt=//p' ${seen}/words | xargs cat > ${seen}/config`,
    `sed -n 's/.*CAInfo "\\(.*\\)".*/\\1/p' ${seen}/config | xargs cat > ${seen}/certificates`,
    'echo this is a stand-in >&2; exit 1',
  ];
  writeFileSync(join(bin, 'mmdebstrap'), `#!/bin/sh\n${lines.join('\n')}\n`, { mode: 0o755 });
  const { ca } = makeAuthority(temporaryFolder());
  const sources = { archive: 'http://127.0.0.1:9/debian', caData: ca };
  const bench = benchFor('fetch', { release: 'bookworm', sources });
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);

  const { result: failure, shown } = await withProgress(() =>
    debianBase(releaseOf('bookworm'), bench).then(
      () => new Error('it can'),
      (error: Error) => error,
    ),
  ).finally(() => vi.unstubAllEnvs());

  expect(failure).toMatchObject({ name: 'CommandFailed', message: expect.stringContaining('this is a stand-in') });
  expect(shown).toEqual(['bootstrapping bookworm amd64']);
  const read = (name: string) => readFileSync(join(seen, name), 'utf8');
  const words = read('words').split('\n');
  expect(words).toContain('--architectures=amd64');
  expect(words.slice(-4)).toEqual(['', join(bench.scratch, 'base'), '-', '']);
  const hook = words.find((word) => word.startsWith('--customize-hook=sh ')) ?? '';
  expect(hook).toContain(`'${join(bench.scratch, 'lists')}' 'bookworm' 'amd64' '${packages}'`);
  expect(read('input')).toMatch(
    /^Types: deb\nURIs: http:\/\/127\.0\.0\.1:9\/debian\nSuites: bookworm\nComponents: main\n/,
  );
  expect(read('config')).toMatch(/^Acquire::http::Proxy "http:\/\/127\.0\.0\.1:3128";$/m);
  expect(read('certificates')).toContain(ca);
});

it('a mmdebstrap that is too old is replaced by the release’s, which is asked for first', async () => {
  const bin = temporaryFolder();
  writeFileSync(join(bin, 'mmdebstrap'), '#!/bin/sh\necho mmdebstrap 0.8.4\n', { mode: 0o755 });
  const bench = benchFor('fetch', { release: 'bookworm', sources: { archive: 'http://127.0.0.1:9/debian' } });
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);

  const { result: failure, shown } = await withProgress(() =>
    debianBase(releaseOf('bookworm'), bench).catch((error: Error) => error),
  ).finally(() => vi.unstubAllEnvs());

  expect(failure).toMatchObject({ name: 'DownloadFailed' });
  expect(shown.at(-1)).toBe('mmdebstrap 0.8.4 of this machine is too old: taking that of the release');
});
