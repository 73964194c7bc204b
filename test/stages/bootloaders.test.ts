import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bootloaders } from '../../lib/catalog/bootloaders';
import { BuiltBootloaders } from '../../lib/job/handed-on/bootloaders';
import { made } from '../../lib/job/layout';
import { sha256Of } from '../../lib/sha256';
import { type BootloaderArchive, bootloaderArchive, loaderVersions } from '../fixtures/archives/bootloader-archive';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { attempt, buildFrom } from './loaders/made/built-bootloaders';

const root = mkdtempSync(join(tmpdir(), 'bootloaders-'));
afterAll(() => rmSync(root, { recursive: true }));

let small: BootloaderArchive;
let built: BuiltBootloaders;
let shown = '';
beforeAll(async () => {
  small = await bootloaderArchive();
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  built = await buildFrom(small, root);
  shown = write.mock.calls.map(([text]) => String(text)).join('');
  write.mockRestore();
});

/** Unpacks what was built for one product as MAAS does, all items into one folder, and gives its files by name. */
function unpacked(firmware: string, architecture: string): Map<string, Buffer> {
  const product = built.products.find((one) => one.firmware === firmware && one.architecture === architecture);
  const target = temporaryFolder();
  for (const item of Object.keys(product?.items ?? {})) {
    const archive = join(root, 'work', made.bootloader(attempt, firmware, architecture, item));
    execFileSync('tar', ['--extract', '--file', archive, '--directory', target]);
  }
  return new Map(
    readdirSync(target)
      .sort()
      .map((name) => [name, readFileSync(join(target, name))]),
  );
}

/** The bytes of a file of a package of the fixture. */
function packaged(pool: string, name: string, path: string): Buffer {
  const [folder, packages] = [temporaryFolder(), join(small.archive, '..', pool)];
  const deb = readdirSync(packages).find((file) => file.startsWith(`${name}_`)) ?? '';
  execFileSync('dpkg-deb', ['--extract', join(packages, deb), folder]);
  return readFileSync(join(folder, path));
}

describe('the bootloaders', () => {
  it('unpack to exactly the files that MAAS serves by fixed names', () => {
    const namesIn = (firmware: string, architecture: string) => [...unpacked(firmware, architecture).keys()];

    expect(namesIn('uefi', 'amd64')).toEqual(['bootx64.efi', 'grubx64.efi', 'mmx64.efi']);
    expect(namesIn('uefi', 'arm64')).toEqual(['bootaa64.efi', 'grubaa64.efi', 'mmaa64.efi']);
    expect(namesIn('open-firmware', 'ppc64el')).toEqual(['bootppc64.bin']);
    const pxe = namesIn('pxe', 'i386');
    const served = ['chain.c32', 'ifcpu.c32', 'ifcpu64.c32', 'ldlinux.c32', 'libcom32.c32', 'libutil.c32'];
    expect(pxe).toEqual(expect.arrayContaining(['lpxelinux.0', 'pxelinux.0', ...served]));
    expect(pxe.filter((name) => !/^(l?pxelinux\.0|\w+\.c32)$/.test(name))).toEqual([]);
  });

  it('hold what the newest packages hold, unchanged', () => {
    const [amd64, arm64] = [unpacked('uefi', 'amd64'), unpacked('uefi', 'arm64')];
    const [shimFile, grubFile] = [
      'usr/lib/shim/shimx64.efi.signed.latest',
      'usr/lib/grub/arm64-efi-signed/grubnetaa64.efi.signed',
    ];

    const shim = packaged('archive/pool/noble-updates/main', 'shim-signed', shimFile);
    const grub = packaged('ports/pool/noble-security/main', 'grub-efi-arm64-signed', grubFile);
    expect(amd64.get('bootx64.efi')?.equals(shim)).toBe(true);
    expect(arm64.get('grubaa64.efi')?.equals(grub)).toBe(true);
  });

  it('are for PowerPC an image of all modules, with the commands that it runs first', () => {
    const image = unpacked('open-firmware', 'ppc64el').get('bootppc64.bin') ?? Buffer.alloc(64);

    // A big-endian ELF of 32 bits for machine 20.
    expect(image.subarray(0, 6).toString('latin1')).toBe('\x7fELF\x01\x02');
    expect(image.readUInt16BE(18)).toBe(20);
    expect(image.includes(readFileSync(join(__dirname, '../../buildspecs/bootloaders/ppc64el.cfg')))).toBe(true);
    for (const module of ['tftp', 'ofnet', 'zfs']) expect(image.includes(`\0${module}\0`)).toBe(true);
  });

  it('say of each item which source package, version and release it came from', () => {
    const rows = built.products.flatMap(({ os, firmware, architecture, items }) =>
      Object.entries(items).map(([item, { artefact, ...from }]) => ({ os, firmware, architecture, item, ...from })),
    );
    const noble = (name: string, version: string) => ({ item: name, package: name, version, release: 'noble' });
    const amd64 = { os: 'grub-efi-signed', firmware: 'uefi', architecture: 'amd64' };
    const arm64 = { os: 'grub-efi', firmware: 'uefi', architecture: 'arm64' };
    expect(rows).toEqual([
      { os: 'pxelinux', firmware: 'pxe', architecture: 'i386', ...noble('syslinux', loaderVersions.syslinux) },
      { ...amd64, ...noble('shim-signed', loaderVersions.shim) },
      { ...amd64, ...noble('grub2-signed', loaderVersions.grubSigned) },
      { ...arm64, ...noble('shim-signed', loaderVersions.shim) },
      { ...arm64, ...noble('grub2-signed', loaderVersions.grubSigned) },
      {
        ...{ os: 'grub-ieee1275', firmware: 'open-firmware', architecture: 'ppc64el' },
        ...{ item: 'grub2', package: 'grub2', version: loaderVersions.grub, release: 'xenial' },
      },
    ]);
    expect(BuiltBootloaders.parse(JSON.parse(JSON.stringify(built)))).toEqual(built);
  });

  it('say which sources are read meanwhile, and by which signed files', () => {
    expect(shown.match(/^:: .*/gm)).toEqual(
      ['noble amd64', 'noble arm64', 'xenial ppc64el'].map((name) => `:: downloading bootloaders from ${name}`),
    );
    const signed = ['archive/dists', 'ports/dists'].flatMap((folder) =>
      readdirSync(join(small.archive, '..', folder)).map((suite) =>
        join(small.archive, '..', folder, suite, 'InRelease'),
      ),
    );
    expect([...built.inReleases].sort()).toEqual(signed.map((file) => sha256Of(readFileSync(file))).sort());
  });
});

it('every item of the catalogue has files, or is made', () => {
  for (const { items, image } of bootloaders) {
    for (const files of Object.values(items)) expect(files.length > 0).toBe(image === undefined);
  }
});
