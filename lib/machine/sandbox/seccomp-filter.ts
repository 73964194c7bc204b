import { MirrorError } from '../../errors';
import { type Abi, absent, newest, refused, weighed } from './system-calls';

/** A classic BPF instruction; jumps count from the next instruction. */
export interface Instruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly value: number;
}

export interface FilterOptions {
  /**
   * Whether 32-bit programs may create sockets with `socketcall`, whose arguments a filter cannot see; i386 programs have
   * no other way. @default false
   */
  readonly socketcall?: boolean;
}

/** A system call ABI of a machine. */
interface Personality {
  /** AUDIT_ARCH_…, which identifies the ABI in a filter. */
  readonly audit: number;
  readonly abi: Abi;
  /** First of the private system call numbers of this ABI (ARM: cache and thread pointer). @default - none */
  readonly ownBase?: number;
}

interface Machine {
  readonly personalities: readonly Personality[];
  readonly bigEndian?: true;
}

/** By `uname -m`. 32-bit ABIs not listed are refused entirely. ppc64le and s390x follow the documentation, untested. */
const machines: Readonly<Record<string, Machine>> = {
  x86_64: {
    personalities: [
      { audit: 0xc000003e, abi: 'x86_64' },
      { audit: 0x40000003, abi: 'i386' },
    ],
  },
  aarch64: {
    personalities: [
      { audit: 0xc00000b7, abi: 'generic' },
      { audit: 0x40000028, abi: 'arm', ownBase: 0xf0000 },
    ],
  },
  riscv64: { personalities: [{ audit: 0xc00000f3, abi: 'generic' }] },
  ppc64le: { personalities: [{ audit: 0xc0000015, abi: 'ppc64' }] },
  s390x: { personalities: [{ audit: 0x80000016, abi: 's390x' }], bigEndian: true },
};

/** A machine's native ABI. @throws NotSupported */
export function ownAbi(machine: string): Abi {
  return machineOf(machine).personalities[0]?.abi as Abi;
}

/**
 * The filter for programs in a tree. It allows all system calls that package scripts need. Root in a tree has already
 * lost its capabilities; the filter also blocks calls that need none and reduces the attack surface of the kernel.
 * @param machine `uname -m` of the kernel that runs the programs
 * @throws NotSupported if the machine's system call numbers are not known
 */
export function seccompFilter(machine: string, options: FilterOptions = {}): Instruction[] {
  const { personalities, bigEndian } = machineOf(machine);
  const parts = personalities.map((one) => personalityFilter(one, bigEndian === true, options));
  return [
    load(archOffset),
    ...personalities.flatMap(({ audit }, index) => section(audit, parts[index] as Instruction[])),
    give(errno.EPERM),
  ];
}

/** The filter as an array of the kernel's `struct sock_filter`. */
export function filterBytes(filter: readonly Instruction[], machine: string): Buffer {
  const { bigEndian } = machineOf(machine);
  const bytes = Buffer.alloc(filter.length * 8);
  for (const [index, { code, jumpTrue, jumpFalse, value }] of filter.entries()) {
    const at = index * 8;
    bytes[bigEndian ? 'writeUInt16BE' : 'writeUInt16LE'](code, at);
    bytes.writeUInt8(jumpTrue, at + 2);
    bytes.writeUInt8(jumpFalse, at + 3);
    bytes[bigEndian ? 'writeUInt32BE' : 'writeUInt32LE'](value, at + 4);
  }
  return bytes;
}

function machineOf(machine: string): Machine {
  const found = Object.hasOwn(machines, machine) ? machines[machine] : undefined;
  if (found !== undefined) return found;
  throw new MirrorError('NotSupported', `system calls cannot be filtered on this machine (${machine})`, {
    hint: `package scripts run behind a system call filter; build on one of ${Object.keys(machines).join(', ')}`,
  });
}

/** The section for one architecture; it always returns. It is too long for a conditional jump. */
function section(audit: number, body: readonly Instruction[]): Instruction[] {
  return [jumpIf(equal, audit, 1, 0), jump(body.length), ...body];
}

function personalityFilter(
  { abi, ownBase }: Personality,
  bigEndian: boolean,
  { socketcall = false }: FilterOptions,
): Instruction[] {
  const argument = (index: number) => load(argumentsOffset + 8 * index + (bigEndian ? 4 : 0));
  // On s390x, clone's first argument is the stack and its second the flags.
  const flags = argument(abi === 's390x' ? 1 : 0);
  const noSockets = [argument(0), ...unless(equal, [makeSocket], errno.EAFNOSUPPORT)];
  const bodies: Record<string, readonly Instruction[]> = {
    clone: [flags, ...unless(anyBit, [cloneNamespaces], errno.EPERM), allow],
    unshare: [argument(0), ...unless(anyBit, [cloneNamespaces | newTime], errno.EPERM), allow],
    ioctl: [argument(1), ...unless(equal, typingInto, errno.EPERM), allow],
    socket: [...noAuditing(argument), argument(0), ...onlyIf(equal, families, errno.EAFNOSUPPORT)],
    socketcall: abi === 'i386' && !socketcall ? [...noSockets, allow] : [allow],
  };
  // Each body returns, because it overwrites the loaded number that the next instruction compares.
  const ofArguments = [...weighed[abi]].flatMap(([name, number]) => {
    const body = bodies[name] as readonly Instruction[];
    return [jumpIf(equal, number, 0, body.length), ...body];
  });
  return [
    load(numberOffset),
    ...unless(equal, [...refused[abi].values()], errno.EPERM),
    ...unless(equal, [...absent[abi].values()], errno.ENOSYS),
    ...(ownBase === undefined ? [] : [jumpIf(atLeast, ownBase + 0x100, 2, 0), jumpIf(atLeast, ownBase, 0, 1), allow]),
    // x32 numbers are higher than all of these.
    jumpIf(atLeast, newest + 1, 0, 1),
    give(errno.ENOSYS),
    ...ofArguments,
    allow,
  ];
}

/** Returns the error if one of the values matches; falls through otherwise. */
function unless(test: number, values: readonly number[], error: number): Instruction[] {
  const tests = values.map((value, index) => jumpIf(test, value, values.length - index, 0));
  return [...tests, jump(1), give(error)];
}

/** Allows the call if one of the values matches; returns the error otherwise. */
function onlyIf(test: number, values: readonly number[], error: number): Instruction[] {
  const tests = values.map((value, index) => jumpIf(test, value, values.length - index, 0));
  return [...tests, give(error), allow];
}

/**
 * CAP_AUDIT_WRITE, which su needs, lets root write anything into the machine's audit log. Programs interpret this error
 * as a kernel without audit support.
 */
function noAuditing(argument: (index: number) => Instruction): Instruction[] {
  const isNetlink = [argument(0), jumpIf(equal, netlink, 0, 1), give(errno.EAFNOSUPPORT)];
  return [argument(2), jumpIf(equal, netlinkAudit, 0, isNetlink.length), ...isNetlink];
}

const load = (offset: number): Instruction => ({ code: 0x20, jumpTrue: 0, jumpFalse: 0, value: offset });
const jump = (count: number): Instruction => ({ code: 0x05, jumpTrue: 0, jumpFalse: 0, value: count });
const jumpIf = (test: number, value: number, jumpTrue: number, jumpFalse: number): Instruction => ({
  ...{ code: test, jumpTrue, jumpFalse },
  value: value >>> 0,
});
const give = (error: number): Instruction => ({ code: 0x06, jumpTrue: 0, jumpFalse: 0, value: 0x50000 | error });
const allow: Instruction = { code: 0x06, jumpTrue: 0, jumpFalse: 0, value: 0x7fff0000 };

const [equal, atLeast, anyBit] = [0x15, 0x35, 0x45];

/** Offsets in `struct seccomp_data`. */
const [numberOffset, archOffset, argumentsOffset] = [0, 4, 16];

const errno = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 };

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. In clone, the bit of NEWTIME belongs to the signal. */
const cloneNamespaces = 0x7e020000;
const newTime = 0x80;

/** TIOCSTI and TIOCLINUX insert input into the user's terminal. */
const typingInto = [0x5412, 0x541c];

/**
 * AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. Network namespaces do not isolate all the others: AF_VSOCK reaches services of
 * a virtual machine's host.
 */
const netlink = 16;
const families = [1, 2, 10, netlink];
const netlinkAudit = 9;
const makeSocket = 1;
