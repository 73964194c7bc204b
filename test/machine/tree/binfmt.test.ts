import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emulate, registrationOf } from '../../../lib/machine/tree/binfmt';
import { chrootCommand } from '../../../lib/machine/tree/chroot';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-root';

const arm64 = { architecture: 'arm64', interpreter: 'qemu-aarch64-static' };
const magic = String.raw`\x7fELF\x02\x01`;
const rule = `:qemu-aarch64:M::${magic}:\\xff:/usr/libexec/aarch64:OPF`;
const entry = (state: string, flags: string) =>
  `${state}\ninterpreter /usr/bin/qemu\nflags: ${flags}\noffset 0\nmagic 7f\n`;

describe('the decision what to register', () => {
  it('takes the rule of the package, under a name of our own', () => {
    const others = [':qemu-aarch64_be:M::a:b:/c:F', ':python3:M::\\xcb:\\xff:/usr/bin/python3:'];
    expect(registrationOf(arm64, {}, [...others, rule])).toBe(
      `:maas-mirror-qemu-aarch64:M::${magic}:\\xff:/usr/libexec/aarch64:OPF`,
    );
  });

  it.each(['qemu-aarch64', 'maas-mirror-qemu-aarch64'])('leaves it at an enabled entry %s', (name) => {
    expect(registrationOf(arm64, { [name]: entry('enabled', 'POF') }, [])).toBeUndefined();
    expect(registrationOf(arm64, { [name]: entry('enabled', 'F') }, [rule])).toBeUndefined();
  });

  it.each([
    ['is disabled', { 'qemu-aarch64': entry('disabled', 'POF') }],
    ['wants its interpreter in the chroot', { 'qemu-aarch64': entry('enabled', 'PO') }],
    ['is of another architecture', { 'qemu-aarch64_be': entry('enabled', 'POF') }],
  ])('registers beside an entry that %s', (_, entries) => {
    expect(registrationOf(arm64, entries, [rule])).toContain(':maas-mirror-qemu-aarch64:');
  });

  it.each([
    ['no rule', []],
    ['a rule whose interpreter would have to lie in the chroot', [rule.replace('OPF', 'OP')]],
  ])('refuses where there is %s, and says what to install', (_, rules) => {
    expect(() => registrationOf(arm64, {}, rules)).toThrow(
      expect.objectContaining({
        name: 'MissingTool',
        message: expect.stringMatching(/^this machine cannot run arm64 programs: .*qemu-aarch64 with the flag F$/),
        hint: expect.stringContaining('install qemu-user-static'),
      }),
    );
  });
});

describe('emulation', () => {
  const riscv64 = { architecture: 'riscv64', interpreter: 'qemu-riscv64-static' };

  it('runs programs in a chroot that holds nothing else, while others come and go', async () => {
    const scratch = temporaryFolder();
    const root = treeWith(riscvProgram(42));
    const [first, ...others] = await Promise.all([1, 2, 3, 4].map(() => emulate(riscv64, scratch)));
    for (const other of others) await other[Symbol.asyncDispose]();

    expect(exitCode(chrootCommand(root, 'buildspecs', ['/program']))).toBe(42);
    await first?.[Symbol.asyncDispose]();
  });

  it('refuses an interpreter that no package has registered or describes', async () => {
    const unknown = emulate({ architecture: 'pdp11', interpreter: 'qemu-pdp11-static' }, temporaryFolder());
    await expect(unknown).rejects.toMatchObject({ name: 'MissingTool' });
    expect(execFileSync('mount', { encoding: 'utf8' })).not.toContain('/binfmt-');
  });
});

function treeWith(program: Buffer): string {
  const root = temporaryFolder();
  mkdirSync(join(root, 'proc'));
  writeFileSync(join(root, 'program'), program);
  chmodSync(join(root, 'program'), 0o755);
  return root;
}

/** A static ELF program of 132 bytes for riscv64 that only ends, with this code. */
function riscvProgram(code: number): Buffer {
  const start = 0x10000;
  const file = Buffer.alloc(132);
  file.write('\x7fELF\x02\x01\x01', 'latin1');
  file.writeUInt16LE(2, 16); // an executable
  file.writeUInt16LE(243, 18); // for RISC-V
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(start + 120), 24); // begins after the headers
  file.writeBigUInt64LE(64n, 32);
  for (const [index, size] of [64, 56, 1].entries()) file.writeUInt16LE(size, 52 + 2 * index);
  file.writeUInt32LE(1, 64); // one segment, to be loaded
  file.writeUInt32LE(5, 68); // readable, executable
  for (const at of [80, 88]) file.writeBigUInt64LE(BigInt(start), at);
  for (const at of [96, 104]) file.writeBigUInt64LE(BigInt(file.length), at);
  file.writeBigUInt64LE(0x1000n, 112);
  const [exit, set, call] = [0x05d00893, 0x00000513 | (code << 20), 0x00000073]; // li a7,93; li a0,code; ecall
  for (const [index, word] of [exit, set, call].entries()) file.writeUInt32LE(word ?? 0, 120 + 4 * index);
  return file;
}

function exitCode([program, ...args]: readonly [string, ...string[]]): number | null | undefined {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return 0;
  } catch (error) {
    return (error as { status: number | null }).status;
  }
}
