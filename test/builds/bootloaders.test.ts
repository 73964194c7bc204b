import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, maasMirror } from '../build/cli';
import { type UbuntuSite, ubuntuSite } from '../build/ubuntu/ubuntu-site';
import { type BootloaderArchive, bootloaderArchive, withChangedPackage } from '../fixtures/archives/bootloader-archive';
import { lookAlike } from '../fixtures/images/look-alike';
import { serveArchive } from '../fixtures/servers/served-archive';
import { temporaryFolder } from '../fixtures/temporary-folder';

let loaders: BootloaderArchive;
let site: UbuntuSite;
/** What a build of the configuration said, and the words that it was started with. */
let built: Ended;
let words: readonly string[];
beforeAll(async () => {
  loaders = await bootloaderArchive();
  site = await ubuntuSite(await lookAlike('noble'), {}, mkdtempSync(join(tmpdir(), 'bootloaders-')));
  const address = (option: string) => site.words()[site.words().indexOf(option) + 1];
  const yaml = `
views:
  candidate: { releases: [noble], kernels: { required: [ga], optional: [hwe] }, bootTest: false, bootloaders: false }
  nightly:
    releases: [noble]
    architectures: [amd64]
    kernels: { required: [ga] }
    customise: { packages: [cryptsetup-initramfs] }
    bootTest: false
    bootloaders: false
sources: { stream: ${address('--stream')}, streamKeyring: stream.gpg, archive: ${address('--archive')} }
`;
  writeFileSync(join(site.folder, 'mirror.yaml'), yaml);
  words = ['build', '--config', join(site.folder, 'mirror.yaml'), '--mirror', site.mirror];
  built = await maasMirror(words, { env: site.env });
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  rmSync(site.folder, { recursive: true });
});

describe('a configuration', () => {
  it('builds every view that has news, with the words of mirror.yaml', async () => {
    const { code, err, out } = built;
    expect(`${code}\n${code === 0 ? '' : err}`).toBe('0\n');
    expect(out.match(/✓ noble: amd64: published version/g)).toHaveLength(2);
    const verified = await maasMirror(['verify', site.mirror]);
    expect(verified.out).toMatch(/^✓ candidate: 2 products, 2 versions/m);
    expect(verified.out).toMatch(/^✓ nightly: 1 product, 1 version/m);
    expect((await maasMirror([...words, '--view', 'nightly'], { env: site.env })).out).toMatch(/up to date/);

    const beside = await maasMirror([...words, '--ppa', 'o/n'], { env: site.env });
    expect([beside.code, beside.err]).toEqual([2, expect.stringMatching(/--ppa cannot be used with --config/)]);
  });
});

const shim = { place: 'archive', suite: 'noble-updates', component: 'main', name: 'shim-signed' } as const;

describe('the bootloaders of a view', () => {
  it('come by an execution of their own, beside the images, and only where their packages have changed', async () => {
    let now = loaders;
    await using archive = await serveArchive(() => now.archive);
    await using ports = await serveArchive(() => now.ports);
    const words = [
      ...['build', 'bootloaders', '--mirror', site.mirror],
      ...['--archive', archive.url, '--ports', ports.url, '--archive-keyring', loaders.keyring],
    ];
    const build = () => maasMirror(words, { env: site.env });

    const first = await build();
    expect(`${first.code}\n${first.code === 0 ? '' : first.err}`).toBe('0\n');
    expect(first.out).toMatch(
      /✓ bootloaders: published pxelinux:pxe:i386 \d{8}\.\d{6}, grub-efi-signed:uefi:amd64 \d{8}\.\d{6}, /,
    );
    const verified = await maasMirror(['verify', site.mirror]);
    expect(verified.out).toMatch(/^✓ candidate: 6 products, 6 versions, 14 objects/);

    const again = await build();
    expect(again.out).toMatch(/✓ bootloaders: up to date: the archives are/);
    expect(again.err).not.toMatch(/Bootloaders …/);

    now = await withChangedPackage(loaders, temporaryFolder(), shim, { version: '1.59+15.8-0ubuntu1' });
    const changed = await build();
    expect(changed.out).toMatch(/✓ bootloaders: published grub-efi-signed:uefi:amd64 \d{8}\.\d{6}$/m);
    expect((await build()).out).toMatch(/up to date/);

    const listed = await maasMirror(['list', site.mirror, '--all']);
    expect(listed.out).toMatch(/^candidate +grub-efi-signed +uefi +amd64 +\d{8}\.\d{6} +.*shim-signed 1\.59/m);
    expect((await maasMirror(['verify', site.mirror])).code).toBe(0);
  });

  it('are refused where the keyring is not the one of the archive', async () => {
    const folder = temporaryFolder();
    await using archive = await serveArchive(loaders.archive);
    // Ubuntu's own keyring, which the archive of this machine is not signed by.
    const words = ['build', 'bootloaders', '--mirror', join(folder, 'mirror'), '--archive', archive.url];
    const { code, err } = await maasMirror([...words, '--ports', archive.url], { env: { XDG_DATA_HOME: folder } });

    expect(err).toMatch(/Bootloaders failed: the package archive is not signed by a trusted key/);
    expect(code).toBe(1);
  });
});
