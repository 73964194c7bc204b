import { describe, expect, it } from 'vitest';
import { bootloaders } from '../../../lib/catalog/bootloaders';
import { bootloaderSources, sourceName } from '../../../lib/stages/loaders/bootloader-sources';

const archives = { archive: { uri: 'http://archive' }, ports: { uri: 'http://ports', keyring: '/keyring.gpg' } };

describe('the sources of the bootloaders', () => {
  it('are read once for each release and architecture, with the packages of all its loaders', () => {
    const sources = bootloaderSources(archives);

    expect(sources.map(({ release, architecture, packages }) => ({ release, architecture, packages }))).toEqual([
      {
        ...{ release: 'noble', architecture: 'amd64' },
        packages: ['pxelinux', 'syslinux-common', 'shim-signed', 'grub-efi-amd64-signed'],
      },
      { release: 'noble', architecture: 'arm64', packages: ['shim-signed', 'grub-efi-arm64-signed'] },
      { release: 'xenial', architecture: 'ppc64el', packages: ['grub-ieee1275-bin'] },
    ]);
  });

  it('are the release, its updates and its security fixes, of main and universe, in the archive of the architecture', () => {
    const [amd64, , ppc64el] = bootloaderSources(archives).map(({ repositories }) => repositories);

    const components = ['main', 'universe'];
    expect(amd64).toEqual(
      ['noble', 'noble-updates', 'noble-security'].map((suite) => ({ uri: 'http://archive', suite, components })),
    );
    expect(ppc64el).toEqual(
      ['xenial', 'xenial-updates', 'xenial-security'].map((suite) => ({
        ...{ uri: 'http://ports', suite, components },
        keyring: '/keyring.gpg',
      })),
    );
  });

  it('are called by release and architecture of the packages, which is not the loader’s for i386', () => {
    expect([...new Set(bootloaders.map(sourceName))]).toEqual(['noble-amd64', 'noble-arm64', 'xenial-ppc64el']);
  });
});
