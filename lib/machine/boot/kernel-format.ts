import { open } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';
import { MirrorError } from '../../errors';

/**
 * Refuses a kernel format that the emulator cannot start; it would just print nothing.
 * @param architecture dpkg name; QEMU starts arm64 kernels through firmware, all others directly
 * @param program `qemu-system-aarch64`
 * @throws BootFailed with the format and the reason
 */
export async function requireStartable(file: string, architecture: string, program: string): Promise<void> {
  const { name, whyNot } = kernelFormat(await beginningOf(file), architecture);
  if (whyNot === undefined) return;
  throw new MirrorError('BootFailed', `${program} cannot start this kernel: it is ${name}; ${whyNot}`, {
    hint: `for ${architecture} it can start ${startable[architecture] ?? 'no known format'}; to publish a kernel in another format, skip the boot test (--no-boot-test)`,
  });
}

/** Format of a kernel, detected from its first bytes. */
export interface KernelFormat {
  /** `a U-Boot image` */
  readonly name: string;
  /** Why the emulator cannot start it. @default - it can */
  readonly whyNot?: string;
}

/** @param head the first 128 KiB, or the whole file if it is shorter */
export function kernelFormat(head: Buffer, architecture: string): KernelFormat {
  if (head.subarray(0, 2).equals(gzip)) return compressedFormat(head, architecture);
  const found = formats.find(({ is }) => is(head));
  if (found === undefined) {
    const bytes = head.subarray(0, 4).toString('hex');
    return { name: `of no known format (its first bytes are ${bytes || 'none'})`, whyNot: 'it would print nothing' };
  }
  const { name, startsOn, whyNot } = found;
  const of = typeof name === 'string' ? name : name(head);
  if (startsOn.includes(architecture)) return { name: of };
  return { name: of, whyNot: whyNot ?? `not a kernel for ${architecture}` };
}

/** For messages. */
const startable: Readonly<Record<string, string>> = {
  amd64: 'bzImages',
  i386: 'bzImages',
  arm64: 'PE files (EFI programs), also compressed with gzip, through its firmware',
  armhf: 'zImages and U-Boot images',
  ppc64el: 'ELF files',
  s390x: 'ELF files and s390 images',
  riscv64: 'Images and ELF files',
};

interface Format {
  readonly name: string | ((head: Buffer) => string);
  readonly is: (head: Buffer) => boolean;
  readonly startsOn: readonly string[];
  /** @default - it is for another architecture */
  readonly whyNot?: string;
}

/** The first match counts; a file may match several. Offsets are from the kernel's Documentation/arch. */
const formats: readonly Format[] = [
  { name: 'a bzImage for x86', is: has('HdrS', 0x202), startsOn: ['amd64', 'i386'] },
  {
    name: 'a U-Boot image',
    is: has([0x27, 0x05, 0x19, 0x56], 0),
    startsOn: ['armhf', 'riscv64'],
    whyNot: 'only U-Boot can start it',
  },
  { name: 'a zImage for armhf', is: has([0x18, 0x28, 0x6f, 0x01], 0x24), startsOn: ['armhf'] },
  { name: 'an Image for riscv64', is: has('RSC\x05', 0x38), startsOn: ['riscv64'] },
  { name: 'a PE file for arm64', is: (head) => peMachine(head) === 0xaa64, startsOn: ['arm64'] },
  {
    name: 'an arm64 Image without an EFI stub',
    is: has('ARM\x64', 0x38),
    startsOn: [],
    whyNot: 'firmware starts EFI programs only',
  },
  {
    name: (head) => `a PE file for machine 0x${peMachine(head)?.toString(16)}`,
    is: (head) => peMachine(head) !== undefined,
    startsOn: [],
    whyNot: 'it is for another architecture, or needs firmware that the boot test does not use',
  },
  ...(
    [
      [62, 'x86-64', ['amd64']],
      [3, 'x86', ['i386', 'amd64']],
      [21, 'ppc64', ['ppc64el']],
      [22, 's390x', ['s390x']],
      [40, 'armhf', ['armhf']],
      [243, 'riscv64', ['riscv64']],
    ] as const
  ).map(([machine, name, startsOn]) => ({
    name: `an ELF file for ${name}`,
    is: (head: Buffer) => elfMachine(head) === machine,
    startsOn,
  })),
  {
    name: (head) => `an ELF file for machine ${elfMachine(head)}`,
    is: (head) => elfMachine(head) !== undefined,
    startsOn: [],
    whyNot: 'it is for another architecture, or firmware does not start it',
  },
  { name: 'an s390 image', is: has('S390EP', 0x10008), startsOn: ['s390x'] },
  ...(
    [
      ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
      ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
      ['bzip2', [0x42, 0x5a, 0x68]],
      ['lz4', [0x04, 0x22, 0x4d, 0x18]],
    ] as const
  ).map(([name, magic]) => ({
    name: `compressed with ${name}`,
    is: has(magic, 0),
    startsOn: [],
    whyNot: 'the emulator does not decompress it',
  })),
];

const gzip = Buffer.from([0x1f, 0x8b]);

/** QEMU decompresses gzip only for arm64, and passes the result to the firmware. */
function compressedFormat(head: Buffer, architecture: string): KernelFormat {
  if (architecture !== 'arm64') return { name: 'compressed with gzip', whyNot: 'the emulator does not decompress it' };
  const unpacked = unpackedHead(head);
  if (unpacked.subarray(0, 2).equals(gzip))
    return { name: 'compressed with gzip several times', whyNot: 'the emulator decompresses it only once' };
  const inner = kernelFormat(unpacked, architecture);
  return { ...inner, name: `${inner.name}, compressed with gzip` };
}

/** Decompresses as much as possible; the end of the file is missing. */
function unpackedHead(head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_')) return Buffer.alloc(0); // damaged: no known format
    throw error;
  }
}

function has(magic: string | readonly number[], at: number): (head: Buffer) => boolean {
  const bytes = typeof magic === 'string' ? Buffer.from(magic, 'latin1') : Buffer.from(magic);
  return (head) => head.subarray(at, at + bytes.length).equals(bytes);
}

/** The machine of a PE file: 0xaa64 is arm64, 0x8664 x86-64. */
function peMachine(head: Buffer): number | undefined {
  if (!has('MZ', 0)(head) || head.length < 0x40) return undefined;
  const at = head.readUInt32LE(0x3c);
  return has('PE\0\0', at)(head) && head.length >= at + 6 ? head.readUInt16LE(at + 4) : undefined;
}

/** `e_machine`: 62 is x86-64, 183 arm64. */
function elfMachine(head: Buffer): number | undefined {
  if (!has([0x7f, 0x45, 0x4c, 0x46], 0)(head) || head.length < 20) return undefined;
  return head.readUInt8(5) === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
}

async function beginningOf(file: string): Promise<Buffer> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(128 * 1024), position: 0 });
  return buffer.subarray(0, bytesRead);
}
