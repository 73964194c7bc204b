import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Repository } from '../../../lib/machine/apt/apt';
import { machineCertificates } from '../../../lib/machine/apt/apt-certificates';
import { downloadPackages } from '../../../lib/machine/apt/apt-download';
import { inReleaseSha256 } from '../../../lib/machine/apt/in-release';
import { type BootloaderArchive, bootloaderArchive, loaderVersions } from '../../fixtures/archives/bootloader-archive';
import { makeArchiveKey } from '../../fixtures/images/small-release/archive';
import { type ServeOptions, serveArchive } from '../../fixtures/servers/served-archive';
import { makeAuthority } from '../../fixtures/servers/small-authority';
import { temporaryFolder } from '../../fixtures/temporary-folder';

let small: BootloaderArchive;
beforeAll(async () => {
  small = await bootloaderArchive();
});

const suites = ['noble', 'noble-updates', 'noble-security'];
const repositoriesAt = (uri: string, keyring = small.keyring): Repository[] =>
  suites.map((suite) => ({ uri, suite, components: ['main', 'universe'], keyring }));

async function downloadFrom(
  folder: string,
  names: readonly string[],
  options: ServeOptions & { keyring?: string } = {},
) {
  await using served = await serveArchive(folder, options);
  const repositories = repositoriesAt(served.url, options.keyring);
  const architecture = folder === small.ports ? 'arm64' : 'amd64';
  return await downloadPackages(names, { architecture, repositories, scratch: temporaryFolder(), tools: 'buildspecs' });
}

describe('downloadPackages', () => {
  test('takes the highest version that any suite has, and says what it is made of', async () => {
    const { packages } = await downloadFrom(small.archive, ['shim-signed', 'grub-efi-amd64-signed', 'pxelinux']);

    expect(packages.map(({ name, version, source }) => `${name} ${version} of ${source}`)).toEqual([
      `shim-signed ${loaderVersions.shim} of shim-signed`,
      `grub-efi-amd64-signed ${loaderVersions.grubSigned} of grub2-signed`,
      `pxelinux ${loaderVersions.syslinux} of syslinux`,
    ]);
    for (const { file, name } of packages) {
      expect(execFileSync('dpkg-deb', ['--field', file, 'Package'], { encoding: 'utf8' })).toBe(`${name}\n`);
    }
  });

  test('takes packages of another architecture, and leaves this machine’s own apt alone', async () => {
    const { packages } = await downloadFrom(small.ports, ['shim-signed']);

    const [{ file = '' } = {}] = packages;
    expect(execFileSync('dpkg-deb', ['--field', file, 'Architecture'], { encoding: 'utf8' })).toBe('arm64\n');
    expect(readdirSync('/var/lib/apt/lists').filter((name) => name.includes('127.0.0.1'))).toEqual([]);
    expect(readdirSync('/var/cache/apt/archives').filter((name) => name.endsWith('_arm64.deb'))).toEqual([]);
  });

  test('gives the digests of the InRelease files, which can be had without apt, too', async () => {
    await using served = await serveArchive(small.archive);
    const repositories = repositoriesAt(served.url);
    const { inReleases } = await downloadPackages(['pxelinux'], {
      ...{ architecture: 'amd64', repositories, scratch: temporaryFolder(), tools: 'buildspecs' },
    });

    expect(inReleases).toHaveLength(repositories.length);
    expect([...inReleases].sort()).toEqual((await Promise.all(repositories.map((one) => inReleaseSha256(one)))).sort());
  });

  test('refuses to be led to this machine by an archive, also by one with a certificate of the site’s own', async () => {
    const { ca, ...own } = makeAuthority(temporaryFolder());
    const redirecting = createServer(own, ({ url }, response) => {
      response.writeHead(302, { location: `https://127.0.0.1:1${url}` }).end();
    });
    await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void redirecting.close().closeAllConnections());

    const downloaded = downloadPackages(['pxelinux'], {
      ...{ architecture: 'amd64', scratch: temporaryFolder(), tools: 'buildspecs', network: { ca } },
      aptOptions: [...(await machineCertificates(temporaryFolder(), ca)), 'Acquire::Retries "0";'],
      repositories: repositoriesAt(`https://127.0.0.1:${(redirecting.address() as AddressInfo).port}`),
    });
    // It is seen where it leads, so it is said what is wrong with that.
    await expect(downloaded).rejects.toThrow(/403 127\.0\.0\.1 is an address of this machine/);
  });

  test('gives apt the options that it is told', async () => {
    await using proxy = await serveArchive(temporaryFolder());
    await using served = await serveArchive(small.archive);
    const repositories = repositoriesAt(served.url);
    const aptOptions = [`Acquire::http::Proxy "${proxy.url}";`];
    const options = {
      architecture: 'amd64',
      repositories,
      aptOptions,
      scratch: temporaryFolder(),
      tools: 'buildspecs',
    };

    await expect(downloadPackages(['pxelinux'], options)).rejects.toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringMatching(/has no such release/),
    });
    expect(served.requests).toEqual([]);
    expect(proxy.requests.length).toBeGreaterThan(0);
  });

  test('refuses an archive that somebody else has signed', async () => {
    const keyring = join(temporaryFolder(), 'other.gpg');
    writeFileSync(keyring, (await makeArchiveKey()).keyring);

    await expect(downloadFrom(small.archive, ['shim-signed'], { keyring })).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringMatching(/is not signed|NO_PUBKEY/),
    });
  });

  test.each([
    ['an InRelease', /noble-updates\/InRelease$/, 'BadSignature'],
    ['an index', /noble-updates\/main\/binary-amd64\/Packages$/, 'NotReady'],
    ['a package', /shim-signed.*\.deb$/, 'NotReady'],
  ])('refuses %s that was changed', async (_, damaged, name) => {
    await expect(downloadFrom(small.archive, ['shim-signed'], { damaged })).rejects.toMatchObject({ name });
  });

  test('refuses an InRelease that says something else than what was signed', async () => {
    const folder = join(temporaryFolder(), 'archive');
    cpSync(small.archive, folder, { recursive: true });
    const file = join(folder, 'dists/noble/InRelease');
    writeFileSync(file, readFileSync(file, 'utf8').replace('Label: Small', 'Label: Smell'));

    await expect(downloadFrom(folder, ['shim-signed'])).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringMatching(/is not signed|BADSIG/),
    });
  });

  test('refuses an archive that lacks a package of its index', async () => {
    const missing = /shim-signed.*\.deb$/;
    await expect(downloadFrom(small.archive, ['shim-signed'], { missing })).rejects.toMatchObject({
      name: 'NotReady',
      message: expect.stringContaining('404'),
    });
  });

  test('refuses a package that the archive does not have, by name', async () => {
    await expect(downloadFrom(small.archive, ['pxelinux', 'grub-pc'])).rejects.toMatchObject({
      name: 'NoSuchPackage',
      message: 'no repository of this build has the package grub-pc',
    });
  });

  test('refuses a package that others only provide or name, by name', async () => {
    await expect(downloadFrom(small.archive, ['shim'])).rejects.toMatchObject({
      name: 'NoSuchPackage',
      message: 'no repository of this build has the package shim',
    });
  });

  test('refuses a keyring that is not there', async () => {
    const keyring = join(temporaryFolder(), 'none.gpg');
    await expect(downloadFrom(small.archive, ['pxelinux'], { keyring })).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringContaining(keyring),
    });
  });
});
