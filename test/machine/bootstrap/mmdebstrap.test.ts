import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { recentMmdebstrap } from '../../../lib/machine/bootstrap/mmdebstrap';
import type { Deb } from '../../fixtures/archives/deb';
import { makePpa } from '../../fixtures/images/look-alike/ppa';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-root';

afterEach(() => vi.unstubAllEnvs());

/** Puts programs before those of this machine that differ in the version that they print. */
function givenPrograms(versions: Readonly<Record<string, string>>): void {
  const folder = temporaryFolder();
  for (const [name, printed] of Object.entries(versions)) {
    const text = `#!/bin/sh\n[ "$*" != --version ] || { echo '${printed}'; exit; }\nexec /usr/bin/${name} "$@"\n`;
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  }
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
}

function printing(text: string): string {
  return `#!/bin/sh\necho '${text}'\n`;
}

interface Theirs {
  /** @default - a program */
  readonly files?: Deb['files'];
  /** Of which the archive is trusted. @default - its own */
  readonly keyring?: string;
}

/** Asks for a mmdebstrap where the release has one of a version. */
async function found(version: string, { keyring, ...theirs }: Theirs = {}): Promise<string | undefined> {
  const ppa = await makePpa(temporaryFolder(), {
    ...{ owner: 'debian', name: 'archive', release: 'bookworm' },
    packages: [{ name: 'mmdebstrap', version, files: { 'usr/bin/mmdebstrap': printing('theirs') }, ...theirs }],
  });
  await using served = await serveArchive(ppa.archive);
  return await recentMmdebstrap({
    architecture: 'amd64',
    repositories: [{ uri: served.url, suite: 'bookworm', components: ['main'], keyring: keyring ?? ppa.keyring }],
    scratch: join(temporaryFolder(), 'newer'),
    tools: 'buildspecs',
  });
}

describe('the mmdebstrap of a bootstrap', () => {
  it('is this machine’s if it is recent, which asks no archive', async () => {
    givenPrograms({ mmdebstrap: 'mmdebstrap 1.3.5', 'apt-get': 'nonsense' });

    expect(await found('1.5.7')).toBeUndefined();
  });

  it('is that of the release on Ubuntu 22.04, of which nothing is run yet', async () => {
    givenPrograms({ mmdebstrap: 'mmdebstrap 0.8.4' });
    const traces = join(temporaryFolder(), 'traces');
    const text = `#!/bin/sh\necho "$0" >> ${traces}\necho mmdebstrap 1.5.7\n`;

    const program = await found('1.5.7-3', { files: { 'usr/bin/mmdebstrap': text } });

    expect(readFileSync(String(program), 'utf8')).toBe(text);
    expect(existsSync(traces)).toBe(false);
  });

  it('is not a file of this machine to which its package has a link', async () => {
    givenPrograms({ mmdebstrap: 'mmdebstrap 0.8.4' });
    const secret = join(temporaryFolder(), 'mmdebstrap');
    writeFileSync(secret, 'of the builder');

    for (const [path, link] of [
      ['usr/bin/mmdebstrap', secret],
      ['usr/bin', dirname(secret)],
    ] as const) {
      await expect(found('1.5.7-3', { files: { [path]: { link } } })).rejects.toMatchObject({
        name: 'NoSuchPackage',
        message: 'the package mmdebstrap of the release does not contain /usr/bin/mmdebstrap',
        hint: expect.stringContaining('--archive'),
      });
    }
  });

  it('is taken from no archive that another key has signed', async () => {
    givenPrograms({ mmdebstrap: 'mmdebstrap 0.8.4' });
    const stranger = await makePpa(temporaryFolder(), { owner: 'other', name: 'a', release: 'bookworm', packages: [] });

    await expect(found('1.5.7', { keyring: stranger.keyring })).rejects.toMatchObject({ name: 'BadSignature' });
  });

  it.each(['2.4.11', '2.10.0', '3.0.3'])('is that of the release if this machine has apt %s', async (apt) => {
    givenPrograms({ mmdebstrap: 'mmdebstrap 0.8.4', 'apt-get': `apt ${apt} (amd64)` });

    expect(readFileSync(String(await found('1.5.7-3')), 'utf8')).toBe(printing('theirs'));
  });

  const newerMachine = 'build Debian on Debian 12, Ubuntu 22.04 or newer; Ubuntu images are built without mmdebstrap';
  const ownUsed = 'build on Debian 12 or Ubuntu 24.04, whose own mmdebstrap is used, or specify another --archive';

  it.each([
    ['0.7.5-2.2', '2.4.11', 'mmdebstrap 0.7.5-2.2 of the release is', ownUsed],
    ['1:0.7.5-2.2', '2.4.11', 'mmdebstrap 1:0.7.5-2.2 of the release is', ownUsed],
    ['1.5.7', '2.2.4', 'mmdebstrap 0.8.4 and apt 2.2.4 of this machine are', newerMachine],
    ['1.5.7', '1.8.2', 'mmdebstrap 0.8.4 and apt 1.8.2 of this machine are', newerMachine],
  ])('is refused if the release has %s and this machine apt %s', async (version, apt, what, hint) => {
    givenPrograms({ mmdebstrap: 'mmdebstrap 0.8.4', 'apt-get': `apt ${apt} (amd64)` });

    await expect(found(version)).rejects.toMatchObject({
      ...{ name: 'NotSupported', message: `${what} too old to make an image of Debian`, hint },
    });
  });
});
