import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kernelFormat, requireStartable } from '../../../lib/machine/boot/kernel-format';
import { kernelInPe } from '../../fixtures/images/small-release/kernel-in-pe';
import { temporaryFolder } from '../../fixtures/temporary-folder';

type Piece = readonly [at: number, bytes: string | readonly number[]];

function file(...pieces: readonly Piece[]): Buffer {
  const head = Buffer.alloc(128 * 1024);
  for (const [at, bytes] of pieces) Buffer.from(bytes as string, 'latin1').copy(head, at);
  return head;
}

const pe = (machine: readonly number[], ...more: readonly Piece[]) =>
  file([0, 'MZ'], [0x3c, [0x80]], [0x80, 'PE\0\0'], [0x84, machine], ...more);
const elf = (machine: number, highestFirst = false) =>
  file([0, [0x7f, 0x45, 0x4c, 0x46, 2, highestFirst ? 2 : 1]], [18, highestFirst ? [0, machine] : [machine]]);

const efiImage = pe([0x64, 0xaa], [0x38, 'ARM\x64']);
const rawImage = file([0x38, 'ARM\x64']);
const bzImage = file([0, 'MZ'], [0x202, 'HdrS']);
const uBoot = file([0, [0x27, 0x05, 0x19, 0x56]]);
const zImage = file([0x24, [0x18, 0x28, 0x6f, 0x01]]);

describe('a kernel', () => {
  it.each([
    ['amd64', 'a bzImage for x86', bzImage],
    ['i386', 'a bzImage for x86', bzImage],
    ['arm64', 'a PE file for arm64', efiImage],
    ['arm64', 'a PE file for arm64', kernelInPe(efiImage)],
    ['arm64', 'a PE file for arm64, compressed by gzip', gzipSync(efiImage)],
    ['armhf', 'a zImage for armhf', zImage],
    ['armhf', 'a U-Boot image', uBoot],
    ['ppc64el', 'an ELF file for ppc64', elf(21)],
    ['s390x', 'an ELF file for s390x', elf(22, true)],
    ['s390x', 'an s390 image', file([0x10008, 'S390EP'])],
    ['riscv64', 'an Image for riscv64', pe([0x64, 0x50], [0x38, 'RSC\x05'])],
  ])('of %s that is %s is started', (architecture, name, head) => {
    expect(kernelFormat(head, architecture)).toEqual({ name });
  });

  it.each([
    ['arm64', 'a U-Boot image', 'only U-Boot unwraps it', uBoot],
    ['arm64', 'an arm64 Image without an EFI stub', 'firmware starts EFI programs only', rawImage],
    [
      'arm64',
      'an arm64 Image without an EFI stub, compressed by gzip',
      'firmware starts EFI programs only',
      gzipSync(rawImage),
    ],
    ['arm64', 'a bzImage for x86', 'no kernel for arm64', bzImage],
    ['arm64', 'compressed by zstd', 'the emulator does not unpack it', file([0, [0x28, 0xb5, 0x2f, 0xfd]])],
    ['arm64', 'an ELF file for machine 183', 'it is for other machines, or firmware does not start it', elf(183)],
    [
      'arm64',
      'compressed by gzip several times',
      'the emulator unpacks it once',
      gzipSync(gzipSync(gzipSync(efiImage))),
    ],
    ['amd64', 'a PE file for arm64', 'no kernel for amd64', efiImage],
    [
      'amd64',
      'a PE file for machine 0x8664',
      'it is for other machines, or needs firmware that is not used here',
      pe([0x64, 0x86]),
    ],
    ['ppc64el', 'compressed by gzip', 'the emulator does not unpack it', gzipSync(elf(21))],
    ['s390x', 'an ELF file for ppc64', 'no kernel for s390x', elf(21)],
    ['amd64', 'of no known format (its first bytes are 6b65726e)', 'nothing would be shown', Buffer.from('kernel')],
    ['amd64', 'of no known format (its first bytes are none)', 'nothing would be shown', Buffer.alloc(0)],
  ])('refuses of %s one that is %s: %s', (architecture, name, whyNot, head) => {
    expect(kernelFormat(head, architecture)).toEqual({ name, whyNot });
  });

  it('refuses with the format, the reason, and what would be started', async () => {
    const kernel = join(temporaryFolder(), 'boot-kernel');
    writeFileSync(kernel, uBoot);
    await expect(requireStartable(kernel, 'arm64', 'qemu-system-aarch64')).rejects.toMatchObject({
      name: 'BootFailed',
      message: 'qemu-system-aarch64 cannot start this kernel: it is a U-Boot image; only U-Boot unwraps it',
      hint: expect.stringMatching(/^for arm64 it starts PE files \(EFI programs\) and gzip of them/),
    });
    writeFileSync(kernel, kernelInPe(efiImage));
    await expect(requireStartable(kernel, 'arm64', 'qemu-system-aarch64')).resolves.toBeUndefined();
  });

  it('is told whatever its bytes are', () => {
    const starts = [bzImage, efiImage, elf(21), gzipSync(efiImage), uBoot].map((one) => one.subarray(0, 0x300));
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.nat(0x300), fc.uint8Array({ maxLength: 64 }), (start, cut, more) => {
        const head = Buffer.concat([start.subarray(0, cut), Buffer.from(more)]);
        for (const name of ['amd64', 'arm64']) expect(kernelFormat(head, name).name).not.toBe('');
      }),
    );
  });
});
