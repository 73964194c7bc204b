import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { architectureOf } from '../../../lib/catalog/architectures';
import { emulatorFor } from '../../../lib/stages/boot/emulator-for';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const arm64 = architectureOf('arm64');
const withFirmware = (...firmwareFiles: string[]) => ({ ...arm64, qemu: { ...arm64.qemu, firmwareFiles } });

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(join(folder, arm64.qemu.system), '#!/bin/sh\n', { mode: 0o755 });
  vi.stubEnv('PATH', folder);
});
afterEach(() => vi.unstubAllEnvs());

describe('the emulator of arm64', () => {
  it('starts through the first firmware that is there', async () => {
    const [missing, file, other] = ['/no/such.fd', join(folder, 'QEMU_EFI.fd'), join(folder, 'other.fd')];
    for (const one of [file, other]) writeFileSync(one, '');
    expect(await emulatorFor(withFirmware(missing, file, other), true)).toMatchObject({ firmware: file });
  });

  it('cannot be had on another machine without firmware, which makes the boot test impossible', async () => {
    expect(await emulatorFor(withFirmware('/no/such.fd'), true)).toBe(
      'no firmware for qemu-system-aarch64 is installed on this machine',
    );
  });

  it('refuses to go on without firmware on a machine of its own', async () => {
    await expect(emulatorFor(withFirmware('/no/such.fd', '/nor/such.fd'), false)).rejects.toMatchObject({
      name: 'MissingTool',
      message: 'no firmware for qemu-system-aarch64: none of /no/such.fd, /nor/such.fd exists',
      hint: 'install the package qemu-efi-aarch64',
    });
  });
});

it('has no firmware of ours where QEMU starts kernels by itself', async () => {
  for (const name of ['amd64', 'armhf', 'ppc64el', 's390x', 'riscv64']) {
    expect(await emulatorFor(architectureOf(name), false)).not.toHaveProperty('firmware');
  }
});
