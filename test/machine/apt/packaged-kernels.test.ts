import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { aptInstall, aptUpdate } from '../../../lib/machine/apt/apt';
import {
  kernelsIn,
  type PackagedKernels,
  packagedKernels,
  requirePackaged,
} from '../../../lib/machine/apt/packaged-kernels';
import { findKernel } from '../../../lib/machine/initramfs/kernel';
import { run } from '../../../lib/machine/run';
import { inside } from '../../../lib/machine/tree/inside/inside';
import { makeDeb } from '../../fixtures/archives/deb';
import { makePpa } from '../../fixtures/images/look-alike/ppa';
import { serveArchive, smallRelease } from '../../fixtures/images/small-release';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { inSmallTree } from '../../fixtures/trees/in-small-tree';

beforeAll(async () => void (await smallRelease()));

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

it('reads lines of a sha256 and a path in /boot, and nothing else', () => {
  const [one, other] = [sha256('one'), sha256('other')];
  const printed = `${one} /boot/vmlinuz-1\nwarning: odd\n${other} /boot/vmlinuz-1\n${one} /etc/passwd\n`;

  expect(kernelsIn(printed)).toEqual(new Map([['/boot/vmlinuz-1', [one, other]]]));
});

it('finds kernels in packages of any name that begins as those of kernels do', async () => {
  const folder = temporaryFolder();
  const kernel = (text: string, path: string) => ({ [path]: text, 'usr/share/doc/kernel': 'x'.repeat(100_000) });
  await makeDeb(folder, {
    name: 'linux-image-9.1.0-1-amd64',
    version: '1',
    files: kernel('one', 'boot/vmlinuz-9.1.0-1-amd64'),
  });
  await makeDeb(folder, { name: 'linux-image-unsigned-9.2', version: '1', files: kernel('two', 'boot/vmlinuz-9.2') });
  await makeDeb(folder, { name: 'linux-image-site', version: '1', files: kernel('three', 'boot/vmlinux-9.3-site') });
  await makeDeb(folder, {
    name: 'linux-signed-image-9.4',
    version: '1',
    files: kernel('four', 'boot/vmlinuz-9.4.efi.signed'),
  });
  await makeDeb(folder, { name: 'linux-image-generic', version: '1', depends: 'linux-image-9.2' });
  await makeDeb(folder, {
    name: 'linux-binary-unsigned-9.5+deb14-amd64',
    version: '1',
    files: kernel('five', 'usr/lib/modules/9.5+deb14-amd64/vmlinuz'),
  });
  await makeDeb(folder, { name: 'linux-firmware', version: '1', files: { 'boot/vmlinuz-none': 'none' } });

  const printed = await run(['sh', 'buildspecs/packaged-kernels.sh', folder], { quiet: true });

  expect(Object.fromEntries(kernelsIn(printed))).toEqual({
    '/boot/vmlinuz-9.1.0-1-amd64': [sha256('one')],
    '/boot/vmlinuz-9.2': [sha256('two')],
    '/boot/vmlinux-9.3-site': [sha256('three')],
    '/boot/vmlinuz-9.4.efi.signed': [sha256('four')],
    '/boot/vmlinuz-9.5+deb14-amd64': [sha256('five')],
  });
});

it('takes the kernel that its package has, and refuses another one, real packages seen before they are installed', async () => {
  const small = await smallRelease();
  await using archive = await serveArchive(small.archive);
  const source = { uri: archive.url, suite: small.release, components: ['main'], keyring: small.keyring };
  await inSmallTree(async (chroot, openApt) => {
    const apt = await openApt([source]);
    await aptUpdate(apt);
    let packaged = kernelsIn('');
    await aptInstall(apt, ['linux-image-cloud-amd64'], {
      downloaded: async () => {
        packaged = await packagedKernels(apt, 'buildspecs');
      },
    });
    const { path } = await findKernel(chroot, 'linux-image-cloud-amd64');
    const scratch = temporaryFolder();
    const [file, other] = [join(scratch, 'kernel'), join(scratch, 'other')];
    inside(chroot.path).copyOut(path, file);
    writeFileSync(other, 'evil');

    await requirePackaged({ path, file }, packaged, temporaryFolder(), scratch);
    await expect(requirePackaged({ path, file: other }, packaged, temporaryFolder(), scratch)).rejects.toMatchObject({
      name: 'BadImage',
      message: `${path} in the image differs from the kernel in its package`,
    });
  });
});

it('takes a kernel that the image came with, and refuses one that it has otherwise or not at all', async () => {
  const [image, scratch] = [temporaryFolder(), temporaryFolder()];
  mkdirSync(join(image, 'boot'));
  writeFileSync(join(image, 'boot/vmlinuz-1'), 'kernel');
  const file = join(scratch, 'taken-out');
  writeFileSync(file, 'kernel');
  const check = (path: string) => requirePackaged({ path, file }, new Map(), image, temporaryFolder());

  await check('/boot/vmlinuz-1');
  await expect(check('/boot/vmlinuz-2')).rejects.toMatchObject({ name: 'BadImage' });
  writeFileSync(file, 'another');
  await expect(check('/boot/vmlinuz-1')).rejects.toMatchObject({ name: 'BadImage' });
});

it('finds a kernel that a script has copied to /boot, so that no package owns it', async () => {
  const release = '7.2.13+deb14-amd64';
  const [image, binary] = [`linux-image-${release}`, `linux-binary-${release}`];
  const copy = `#!/bin/sh\ncp /usr/lib/modules/${release}/vmlinuz /boot/vmlinuz-${release}\n`;
  const files = { [`usr/lib/modules/${release}/vmlinuz`]: 'the kernel' };
  const ppa = await makePpa(temporaryFolder(), {
    ...{ owner: 'o', name: 'n', release: 'bookworm' },
    packages: [
      { name: 'linux-image-amd64', version: '7.2', depends: image },
      { name: image, version: '7.2', depends: binary, scripts: { postinst: copy } },
      { name: binary, version: '7.2', files },
    ],
  });
  await using archive = await serveArchive(ppa.archive);
  await inSmallTree(async (chroot, openApt) => {
    const apt = await openApt([{ uri: archive.url, suite: 'bookworm', components: ['main'], keyring: ppa.keyring }]);
    await aptUpdate(apt);
    let packaged: PackagedKernels = new Map();
    const downloaded = async () => {
      packaged = await packagedKernels(apt, 'buildspecs');
    };
    await aptInstall(apt, ['linux-image-amd64'], { downloaded });
    const kernel = await findKernel(chroot, 'linux-image-amd64');

    expect(kernel).toEqual({ path: `/boot/vmlinuz-${release}`, release, imagePackage: binary, imageVersion: '7.2' });
    expect(packaged).toEqual(new Map([[kernel.path, [sha256('the kernel')]]]));
  });
});
