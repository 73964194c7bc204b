import { MirrorError } from '../../errors';
import { type Abi, absent, newest, refused, weighed } from './system-calls';

/** An instruction of the kernel's classic BPF: jumps count from the next instruction. */
export interface Instruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly value: number;
}

export interface FilterOptions {
  /**
   * Whether 32-bit programs may make sockets by `socketcall`, whose arguments no filter sees: those of i386 know no
   * other way. @default false
   */
  readonly socketcall?: boolean;
}

/** An ABI that programs of a machine may use. */
interface Personality {
  /** AUDIT_ARCH_…, by which a filter tells it. */
  readonly audit: number;
  readonly abi: Abi;
  /** First of the numbers above all others that are this ABI's own (ARM: cache and thread pointer). @default - none */
  readonly ownBase?: number;
}

interface Machine {
  readonly personalities: readonly Personality[];
  readonly bigEndian?: true;
}

/** By what `uname -m` says. The 32-bit ABIs that are not here are refused whole. ppc64le and s390x are by the book only. */
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

/** The ABI of a machine's own programs. @throws NotSupported */
export function ownAbi(machine: string): Abi {
  return machineOf(machine).personalities[0]?.abi as Abi;
}

/**
 * What programs in a tree may ask of the kernel: everything that package scripts ask for. Root in a tree has lost its
 * capabilities already; this closes what a hole in the kernel would open, and what needs no capability.
 * @param machine what `uname -m` says of the kernel that is to run it
 * @throws NotSupported where the machine's numbers are not known
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

/** The bytes that the kernel takes: `struct sock_filter`, one after the other. */
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
  throw new MirrorError('NotSupported', `this machine is of ${machine}, whose system calls cannot be filtered`, {
    hint: `foreign packages are installed behind a filter of system calls; build on ${Object.keys(machines).join(', ')}`,
  });
}

/** A section for one architecture, which ends by an answer. It is longer than a conditional jump reaches. */
function section(audit: number, body: readonly Instruction[]): Instruction[] {
  return [jumpIf(equal, audit, 1, 0), jump(body.length), ...body];
}

function personalityFilter(
  { abi, ownBase }: Personality,
  bigEndian: boolean,
  { socketcall = false }: FilterOptions,
): Instruction[] {
  const argument = (index: number) => load(argumentsOffset + 8 * index + (bigEndian ? 4 : 0));
  // s390 has the stack before the flags.
  const flags = argument(abi === 's390x' ? 1 : 0);
  const noSockets = [argument(0), ...unless(equal, [makeSocket], errno.EAFNOSUPPORT)];
  const bodies: Record<string, readonly Instruction[]> = {
    clone: [flags, ...unless(anyBit, [cloneNamespaces], errno.EPERM), allow],
    unshare: [argument(0), ...unless(anyBit, [cloneNamespaces | newTime], errno.EPERM), allow],
    ioctl: [argument(1), ...unless(equal, typingInto, errno.EPERM), allow],
    socket: [...noAuditing(argument), argument(0), ...onlyIf(equal, families, errno.EAFNOSUPPORT)],
    socketcall: abi === 'i386' && !socketcall ? [...noSockets, allow] : [allow],
  };
  // Each body ends by an answer: what follows compares the number, which a body has overwritten.
  const ofArguments = [...weighed[abi]].flatMap(([name, number]) => {
    const body = bodies[name] as readonly Instruction[];
    return [jumpIf(equal, number, 0, body.length), ...body];
  });
  return [
    load(numberOffset),
    ...unless(equal, [...refused[abi].values()], errno.EPERM),
    ...unless(equal, [...absent[abi].values()], errno.ENOSYS),
    ...(ownBase === undefined ? [] : [jumpIf(atLeast, ownBase + 0x100, 2, 0), jumpIf(atLeast, ownBase, 0, 1), allow]),
    // x32 is above them all.
    jumpIf(atLeast, newest + 1, 0, 1),
    give(errno.ENOSYS),
    ...ofArguments,
    allow,
  ];
}

/** Gives the error where one of the values fits; falls through to what follows where none does. */
function unless(test: number, values: readonly number[], error: number): Instruction[] {
  const tests = values.map((value, index) => jumpIf(test, value, values.length - index, 0));
  return [...tests, jump(1), give(error)];
}

/** Allows where one of the values fits, and gives the error where none does. */
function onlyIf(test: number, values: readonly number[], error: number): Instruction[] {
  const tests = values.map((value, index) => jumpIf(test, value, values.length - index, 0));
  return [...tests, give(error), allow];
}

/**
 * With CAP_AUDIT_WRITE, which su has to keep, root writes what it likes into the machine's audit log. Programs take the
 * error for a kernel without one.
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

/** Of `struct seccomp_data`. */
const [numberOffset, archOffset, argumentsOffset] = [0, 4, 16];

const errno = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 };

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. Only unshare has NEWTIME, where clone has a signal. */
const cloneNamespaces = 0x7e020000;
const newTime = 0x80;

/** TIOCSTI and TIOCLINUX write what whoever sits at the terminal seems to have typed. */
const typingInto = [0x5412, 0x541c];

/**
 * AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. Network namespaces do not hold all the others: by AF_VSOCK a virtual machine
 * reaches what its host offers it.
 */
const netlink = 16;
const families = [1, 2, 10, netlink];
const netlinkAudit = 9;
const makeSocket = 1;
