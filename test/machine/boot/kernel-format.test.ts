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
    ['arm64', 'a PE file for arm64, compressed with gzip', gzipSync(efiImage)],
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
    ['arm64', 'a U-Boot image', 'only U-Boot can start it', uBoot],
    ['arm64', 'an arm64 Image without an EFI stub', 'firmware starts EFI programs only', rawImage],
    [
      'arm64',
      'an arm64 Image without an EFI stub, compressed with gzip',
      'firmware starts EFI programs only',
      gzipSync(rawImage),
    ],
    ['arm64', 'a bzImage for x86', 'not a kernel for arm64', bzImage],
    ['arm64', 'compressed with zstd', 'the emulator does not decompress it', file([0, [0x28, 0xb5, 0x2f, 0xfd]])],
    ['arm64', 'an ELF file for machine 183', 'it is for another architecture, or firmware does not start it', elf(183)],
    [
      'arm64',
      'compressed with gzip several times',
      'the emulator decompresses it only once',
      gzipSync(gzipSync(gzipSync(efiImage))),
    ],
    ['amd64', 'a PE file for arm64', 'not a kernel for amd64', efiImage],
    [
      'amd64',
      'a PE file for machine 0x8664',
      'it is for another architecture, or needs firmware that the boot test does not use',
      pe([0x64, 0x86]),
    ],
    ['ppc64el', 'compressed with gzip', 'the emulator does not decompress it', gzipSync(elf(21))],
    ['s390x', 'an ELF file for ppc64', 'not a kernel for s390x', elf(21)],
    ['amd64', 'of no known format (its first bytes are 6b65726e)', 'it would print nothing', Buffer.from('kernel')],
    ['amd64', 'of no known format (its first bytes are none)', 'it would print nothing', Buffer.alloc(0)],
  ])('refuses of %s one that is %s: %s', (architecture, name, whyNot, head) => {
    expect(kernelFormat(head, architecture)).toEqual({ name, whyNot });
  });

  it('refuses with the format, the reason, and what would be started', async () => {
    const kernel = join(temporaryFolder(), 'boot-kernel');
    writeFileSync(kernel, uBoot);
    await expect(requireStartable(kernel, 'arm64', 'qemu-system-aarch64')).rejects.toMatchObject({
      name: 'BootFailed',
      message: 'qemu-system-aarch64 cannot start this kernel: it is a U-Boot image; only U-Boot can start it',
      hint: 'for arm64 it can start PE files (EFI programs), also compressed with gzip, through its firmware; to publish a kernel in another format, skip the boot test (--no-boot-test)',
    });
    writeFileSync(kernel, kernelInPe(efiImage));
    await expect(requireStartable(kernel, 'arm64', 'qemu-system-aarch64')).resolves.toBeUndefined();
  });

  it.each([
    ['amd64', 'bzImages'],
    ['i386', 'bzImages'],
    ['armhf', 'zImages and U-Boot images'],
    ['ppc64el', 'ELF files'],
    ['s390x', 'ELF files and s390 images'],
    ['riscv64', 'Images and ELF files'],
    ['sparc64', 'no known format'],
  ])('refuses an empty one of %s and says that %s are started', async (architecture, what) => {
    const kernel = join(temporaryFolder(), 'boot-kernel');
    writeFileSync(kernel, '');
    await expect(requireStartable(kernel, architecture, 'qemu')).rejects.toMatchObject({
      message:
        'qemu cannot start this kernel: it is of no known format (its first bytes are none); it would print nothing',
      hint: `for ${architecture} it can start ${what}; to publish a kernel in another format, skip the boot test (--no-boot-test)`,
    });
  });

  it.each([
    ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
    ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
    ['bzip2', [0x42, 0x5a, 0x68]],
    ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ])('that is compressed with %s is known by its first bytes', (name, bytes) => {
    expect(kernelFormat(file([0, bytes]), 'amd64').name).toBe(`compressed with ${name}`);
    expect(kernelFormat(file([1, bytes]), 'amd64').name).not.toContain(name);
  });

  it.each([
    ['an ELF file for x86-64', 62, ['amd64']],
    ['an ELF file for x86', 3, ['amd64', 'i386']],
    ['an ELF file for ppc64', 21, ['ppc64el']],
    ['an ELF file for s390x', 22, ['s390x']],
    ['an ELF file for armhf', 40, ['armhf']],
    ['an ELF file for riscv64', 243, ['riscv64']],
  ])('that is %s is started for its own machines', (name, machine, architectures) => {
    const all = ['amd64', 'i386', 'arm64', 'armhf', 'ppc64el', 's390x', 'riscv64'];
    expect(all.filter((one) => kernelFormat(elf(machine), one).whyNot === undefined)).toEqual(architectures);
    expect(kernelFormat(elf(machine), architectures[0] ?? '').name).toBe(name);
  });

  it('that is cut is of no known format', () => {
    for (const cut of [elf(62).subarray(0, 19), pe([0x64, 0xaa]).subarray(0, 0x3f), pe([0x64, 0xaa]).subarray(0, 0x85)])
      expect(kernelFormat(cut, 'arm64').name).toMatch(/^of no known format/);
    expect(kernelFormat(elf(62).subarray(0, 20), 'amd64').name).toBe('an ELF file for x86-64');
    expect(kernelFormat(pe([0x64, 0xaa]).subarray(0, 0x86), 'arm64').name).toBe('a PE file for arm64');
    const damaged = Buffer.concat([gzipSync(efiImage).subarray(0, 10), Buffer.alloc(20, 0xff)]);
    expect(kernelFormat(damaged, 'arm64').name).toMatch(/^of no known format .*, compressed with gzip$/);
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
