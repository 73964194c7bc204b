import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterBytes, seccompFilter } from '../../../lib/machine/sandbox/seccomp-filter';
import { type Abi, absent, newest, refused, weighed } from '../../../lib/machine/sandbox/system-calls';
import { answerOf, type SystemCall } from './bpf';

const [EPERM, ENOSYS, EAFNOSUPPORT] = [1, 38, 97].map((errno) => ({ errno }));

/** By the kernel's own words for them (linux/audit.h): elf machine, 64 bits 0x80000000, little end first 0x40000000. */
const abis: readonly (readonly [machine: string, audit: number, abi: Abi])[] = [
  ['x86_64', 62 | 0xc0000000, 'x86_64'],
  ['x86_64', 3 | 0x40000000, 'i386'],
  ['aarch64', 183 | 0xc0000000, 'generic'],
  ['aarch64', 40 | 0x40000000, 'arm'],
  ['riscv64', 243 | 0xc0000000, 'generic'],
  ['ppc64le', 21 | 0xc0000000, 'ppc64'],
  ['s390x', 22 | 0x80000000, 's390x'],
].map(([machine, audit, abi]) => [machine, (audit as number) >>> 0, abi] as [string, number, Abi]);

const argument = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const six = fc.array(argument, { minLength: 6, maxLength: 6 });

describe.each(abis)('the filter of system calls of %s (%i, %s)', (machine, audit, abi) => {
  const filter = seccompFilter(machine);
  const bigEndian = machine === 's390x';
  const ask = (number: number, words: readonly bigint[] = []) =>
    answerOf(filter, { audit, number, arguments: words, bigEndian } satisfies SystemCall);
  const numbersOf = (calls: typeof refused) => [...calls[abi].values()];
  const numberOf = (name: string) => weighed[abi].get(name) ?? -1;

  it('refuses what package scripts never need, whatever the arguments', () => {
    fc.assert(
      fc.property(fc.constantFrom(...numbersOf(refused)), six, (number, words) => {
        expect(ask(number, words)).toEqual(EPERM);
      }),
    );
  });

  it('does as if it had no calls that it cannot look into, none of x32 and none of later kernels', () => {
    const later = fc.integer({ min: newest + 1, max: 0xeffff });
    const far = fc.integer({ min: 0x40000000, max: 0xffffffff });
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...numbersOf(absent)), later, far), six, (number, words) => {
        expect(ask(number, words)).toEqual(ENOSYS);
      }),
    );
  });

  it('lets all other calls through, whatever the arguments', () => {
    const named = new Set([...numbersOf(refused), ...numbersOf(absent), ...numbersOf(weighed)]);
    const number = fc.integer({ min: 0, max: newest }).filter((one) => !named.has(one));
    fc.assert(
      fc.property(number, six, (one, words) => {
        expect(ask(one, words)).toBe('allowed');
      }),
      { numRuns: 1000 },
    );
  });

  it('makes processes, but no namespaces', () => {
    const [own, time] = [0x7e020000n, 0x80n];
    const flagsFirst = (call: string, flags: bigint) => (bigEndian && call === 'clone' ? [0n, flags] : [flags, 0n]);
    fc.assert(
      fc.property(argument, (flags) => {
        const expected = (bits: bigint) => (flags & bits ? EPERM : 'allowed');
        expect(ask(numberOf('clone'), flagsFirst('clone', flags))).toEqual(expected(own));
        expect(ask(numberOf('unshare'), flagsFirst('unshare', flags))).toEqual(expected(own | time));
      }),
    );
    for (let bit = 0n; bit < 32n; bit++) {
      const flags = 1n << bit;
      expect(ask(numberOf('clone'), flagsFirst('clone', flags | 17n))).toEqual(flags & own ? EPERM : 'allowed');
    }
  });

  it('makes sockets of the families that a network namespace holds, and no others', () => {
    for (const family of [1n, 2n, 10n, 16n]) expect(ask(numberOf('socket'), [family])).toBe('allowed');
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 60n }), (family) => {
        const isHeld = [1n, 2n, 10n, 16n].includes(family);
        expect(ask(numberOf('socket'), [family])).toEqual(isHeld ? 'allowed' : EAFNOSUPPORT);
      }),
    );
  });

  it('writes nothing into the machine’s audit log, and asks the kernel for anything else', () => {
    for (let protocol = 0n; protocol < 32n; protocol++) {
      const expected = protocol === 9n ? EAFNOSUPPORT : 'allowed';
      expect(ask(numberOf('socket'), [16n, 3n, protocol])).toEqual(expected);
    }
    expect(ask(numberOf('socket'), [2n, 3n, 9n])).toBe('allowed');
  });

  it('types nothing into terminals, whatever is above the 32 bits that the kernel looks at', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }), argument, (above, fd) => {
        for (const command of [0x5412n, 0x541cn]) {
          expect(ask(numberOf('ioctl'), [fd, (above << 32n) | command])).toEqual(EPERM);
        }
        expect(ask(numberOf('ioctl'), [fd, (above << 32n) | 0x5401n])).toBe('allowed');
      }),
    );
  });
});

describe('a filter of system calls', () => {
  it('refuses every call of an ABI that it does not know', () => {
    const known = abis.map(([, audit]) => audit);
    fc.assert(
      fc.property(
        fc.constantFrom('x86_64', 'aarch64', 'riscv64', 'ppc64le', 's390x'),
        fc.integer({ min: 0, max: 0xffffffff }).filter((one) => !known.includes(one)),
        fc.integer({ min: 0, max: 0xffffffff }),
        (machine, audit, number) => {
          expect(answerOf(seccompFilter(machine), { audit, number })).toEqual(EPERM);
        },
      ),
    );
  });

  it('refuses 32-bit programs of x86 the multiplexed call for sockets unless it is told not to', () => {
    const call = (words: readonly bigint[]) => ({ audit: 0x40000003, number: 102, arguments: words });
    // Programs take it for a kernel without audit, and go on; EPERM ends useradd.
    expect(answerOf(seccompFilter('x86_64'), call([1n]))).toEqual(EAFNOSUPPORT);
    expect(answerOf(seccompFilter('x86_64'), call([3n]))).toBe('allowed');
    expect(answerOf(seccompFilter('x86_64', { socketcall: true }), call([1n]))).toBe('allowed');
  });

  it('lets programs of ARM set their thread pointer, which is a call above all others', () => {
    for (const number of [0xf0000, 0xf0002, 0xf0005]) {
      expect(answerOf(seccompFilter('aarch64'), { audit: 0x40000028, number })).toBe('allowed');
    }
    expect(answerOf(seccompFilter('aarch64'), { audit: 0x40000028, number: 0xf0100 })).toEqual(ENOSYS);
  });

  it('refuses a machine whose numbers are not known', () => {
    expect(() => seccompFilter('sparc64')).toThrow(
      expect.objectContaining({ name: 'NotSupported', message: expect.stringContaining('sparc64') }),
    );
  });

  it('is written as the kernel reads it, the first byte of a number where the machine has it', () => {
    const first = { code: 0x20, value: 4 };
    expect(seccompFilter('x86_64')[0]).toMatchObject(first);
    expect(filterBytes(seccompFilter('x86_64'), 'x86_64').subarray(0, 8).toString('hex')).toBe('2000000004000000');
    expect(filterBytes(seccompFilter('s390x'), 's390x').subarray(0, 8).toString('hex')).toBe('0020000000000004');
  });
});
