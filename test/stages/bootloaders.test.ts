import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootloaders } from '../../lib/catalog/bootloaders';
import { BuiltBootloaders } from '../../lib/job/handed-on/bootloaders';
import { made, runs } from '../../lib/job/layout';
import { verifyMirror } from '../../lib/operations/verify';
import { buildBootloaders } from '../../lib/stages/bootloaders';
import { bootloaderSources } from '../../lib/stages/loaders/bootloader-sources';
import { publishBootloaders } from '../../lib/stages/publish-bootloaders';
import { DirectoryStore } from '../../lib/store/directory/directory';
import {
  type BootloaderArchive,
  bootloaderArchive,
  loaderVersions,
  withChangedPackage,
} from '../fixtures/archives/bootloader-archive';
import { makeArchiveKey } from '../fixtures/images/small-release/archive';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { serveArchive } from '../fixtures/servers/served-archive';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { smallPress } from '../publication/made/small-press';

const owned = 'run-0123456789abcdef';
const attempt = runs.attempt({ folder: owned, architecture: '', kernel: '' }, 'bootloaders', 'Bootloaders:1');

const root = mkdtempSync(join(tmpdir(), 'bootloaders-'));
afterAll(() => rmSync(root, { recursive: true }));

let small: BootloaderArchive;
let built: BuiltBootloaders;
beforeAll(async () => {
  small = await bootloaderArchive();
  built = await build(root);
});

const shim = { place: 'archive', suite: 'noble-updates', component: 'main', name: 'shim-signed' } as const;

async function build(folder: string, from: BootloaderArchive = small): Promise<BuiltBootloaders> {
  await using archive = await serveArchive(from.archive);
  await using ports = await serveArchive(from.ports);
  const scratch = join(folder, 'scratch');
  mkdirSync(scratch);
  const store = new DirectoryStore(join(folder, 'work'));
  const tools = join(__dirname, '../../buildspecs');
  const { keyring } = from;
  const places = { archive: { uri: archive.url, keyring }, ports: { uri: ports.url, keyring } };
  return await buildBootloaders({ folder: attempt, store, scratch, tools }, places);
}

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

function digestsOf({ products }: BuiltBootloaders): string[] {
  return products.flatMap(({ items }) => Object.values(items).map(({ artefact }) => artefact.sha256));
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

    expect(amd64.get('bootx64.efi')).toEqual(packaged('archive/pool/noble-updates/main', 'shim-signed', shimFile));
    expect(arm64.get('grubaa64.efi')).toEqual(
      packaged('ports/pool/noble-security/main', 'grub-efi-arm64-signed', grubFile),
    );
  });

  it('are for PowerPC an image of all modules, with the commands that it runs first', () => {
    const image = unpacked('open-firmware', 'ppc64el').get('bootppc64.bin') ?? Buffer.alloc(64);

    // A big-endian ELF of 32 bits for machine 20.
    expect(image.subarray(0, 6).toString('latin1')).toBe('\x7fELF\x01\x02');
    expect(image.readUInt16BE(18)).toBe(20);
    expect(image.includes(readFileSync(join(__dirname, '../../buildspecs/bootloaders/ppc64el.cfg')))).toBe(true);
    for (const module of ['tftp', 'ofnet', 'zfs']) expect(image.includes(`\0${module}\0`)).toBe(true);
  });

  it('are published once, and again where a package is newer, from bytes that repeat', async () => {
    const press = smallPress(await smallSigner());
    const publish = async (execution: string, result: BuiltBootloaders, work: string) =>
      (
        await publishBootloaders(
          { view: 'candidate', execution, folder: owned, inputs: '', built: { build: 'Bootloaders:1', result } },
          { ...press, work: new DirectoryStore(work) },
        )
      ).products.map(({ product, version }) => `${product.split(':1:')[1]} ${version}`);

    expect(await publish('one', built, join(root, 'work'))).toHaveLength(4);
    expect(await publish('two', built, join(root, 'work'))).toEqual([]);

    const folder = temporaryFolder();
    const newer = await build(folder, await withChangedPackage(small, folder, shim, { version: '1.59+15.8-0ubuntu1' }));
    expect(digestsOf(newer)).toEqual(digestsOf(built));
    expect(await publish('three', newer, join(folder, 'work'))).toEqual(['grub-efi-signed:uefi:amd64 20261120.1']);
    expect((await verifyMirror(press.mirror, { scratch: temporaryFolder() })).problems).toEqual([]);
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

  const syslinux = { place: 'archive', suite: 'noble', component: 'universe', name: 'syslinux-common' } as const;

  it.each([
    [
      'a package without a file of the catalogue',
      shim,
      { without: 'usr/lib/shim/mmx64.efi' },
      {
        name: 'BadFormat',
        message: `shim-signed ${loaderVersions.shim} has no file usr/lib/shim/mmx64.efi`,
      },
    ],
    [
      'a package of another source than the catalogue’s',
      shim,
      { source: 'shim-canonical' },
      {
        name: 'BadFormat',
        message: `shim-signed ${loaderVersions.shim} is made of the source shim-canonical; the loader for uefi amd64 wants shim-signed and grub2-signed`,
      },
    ],
    [
      'a package of the source of its neighbour',
      shim,
      { source: 'grub2-signed' },
      {
        name: 'BadFormat',
        message: `no package for uefi amd64 is made of the source shim-signed: shim-signed ${loaderVersions.shim} of grub2-signed, grub-efi-amd64-signed ${loaderVersions.grubSigned} of grub2-signed`,
      },
    ],
    [
      'two packages of one source in different versions',
      syslinux,
      { version: '3:6.05' },
      {
        name: 'NotReady',
        message: `the archive is half updated: it has pxelinux ${loaderVersions.syslinux} and syslinux-common 3:6.05, of one source`,
      },
    ],
  ])('refuses %s', async (_, place, change, refused) => {
    const folder = temporaryFolder();
    const changed = await withChangedPackage(small, folder, place, change);

    await expect(build(folder, changed)).rejects.toMatchObject(refused);
  });

  it('refuses archives that another key has signed', async () => {
    const folder = temporaryFolder();
    const keyring = join(folder, 'other.gpg');
    writeFileSync(keyring, (await makeArchiveKey()).keyring);

    await expect(build(folder, { ...small, keyring })).rejects.toMatchObject({ name: 'BadSignature' });
    expect(readdirSync(folder)).not.toContain('work');
  });
});

it('each source is read once, from the archive of its architecture', () => {
  const places = { archive: { uri: 'http://archive' }, ports: { uri: 'http://ports', keyring: '/keyring.gpg' } };
  const sources = bootloaderSources(places);

  const from = ({ repositories }: (typeof sources)[number]) =>
    repositories.map(({ uri, suite, components }) => `${uri} ${suite} ${components.join(' ')}`);
  expect(sources.map(({ packages }) => packages)).toEqual([
    ['pxelinux', 'syslinux-common', 'shim-signed', 'grub-efi-amd64-signed'],
    ['shim-signed', 'grub-efi-arm64-signed'],
    ['grub-ieee1275-bin'],
  ]);
  expect(sources.map((source) => from(source)[1])).toEqual([
    'http://archive noble-updates main universe',
    'http://ports noble-updates main universe',
    'http://ports xenial-updates main universe',
  ]);
  expect(sources.flatMap((source) => from(source).map((line) => line.split(' ')[1]))).toContain('xenial-security');
});

it('every item of the catalogue has files, or is made', () => {
  for (const { items, image } of bootloaders) {
    for (const files of Object.values(items)) expect(files.length > 0 || image !== undefined).toBe(true);
  }
});
