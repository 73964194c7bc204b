import { MirrorError } from '../errors';

/** Names of an architecture, and how to emulate it. */
export interface Architecture {
  /** dpkg's name: `amd64` */
  readonly name: string;
  /** As reported by `uname -m` and Node's `os.machine()`: `x86_64`. */
  readonly machine: string;
  /** dpkg architectures of the machines that run its programs without emulation. */
  readonly nativeOn: readonly string[];
  /** Which of Ubuntu's two archives has its packages. */
  readonly archive: 'archive' | 'ports';
  readonly qemu: {
    /** Binary that emulates a whole machine. */
    readonly system: string;
    /** @default - QEMU's default, as for the cpu */
    readonly machine?: string;
    readonly cpu?: string;
    /**
     * Firmware files that start the kernel, by distribution; the first one that exists is used.
     * @default - QEMU starts the kernel itself, or with the firmware that it includes
     */
    readonly firmwareFiles?: readonly string[];
    /** How network card and random number generator are attached. */
    readonly bus: 'pci' | 'ccw';
    /** The kernel's name for the serial console. */
    readonly console: string;
    /** Static binary that emulates single programs: `qemu-aarch64-static`. */
    readonly user: string;
  };
}

/** @throws UnknownArchitecture (misuse), listing the known ones */
export function architectureOf(name: string): Architecture {
  const architecture = architectures.find((one) => one.name === name);
  if (architecture) return architecture;
  const names = architectures.map((one) => one.name).join(', ');
  throw new MirrorError(
    'UnknownArchitecture',
    `unknown architecture ${JSON.stringify(name)}; known architectures: ${names}`,
    {
      hint: 'use dpkg names, such as "amd64", not "x86_64"',
      misuse: true,
    },
  );
}

/** @param machine as reported by `uname -m` @returns whether it runs programs of this architecture without emulation */
export function runsOn({ nativeOn }: Architecture, machine: string): boolean {
  return architectures.some((one) => one.machine === machine && nativeOn.includes(one.name));
}

export const architectures: readonly Architecture[] = [
  {
    name: 'amd64',
    machine: 'x86_64',
    nativeOn: ['amd64'],
    archive: 'archive',
    // Under TCG, a boot to login took 28 s with `qemu64` on two cores, 82 s with `max` on one.
    qemu: { system: 'qemu-system-x86_64', cpu: 'qemu64', bus: 'pci', console: 'ttyS0', user: 'qemu-x86_64-static' },
  },
  {
    name: 'arm64',
    machine: 'aarch64',
    nativeOn: ['arm64'],
    archive: 'ports',
    qemu: {
      system: 'qemu-system-aarch64',
      machine: 'virt',
      cpu: 'cortex-a57',
      // Since 6.17, Ubuntu's kernels are EFI programs: without firmware QEMU hangs and prints nothing.
      firmwareFiles: ['/usr/share/qemu-efi-aarch64/QEMU_EFI.fd', '/usr/share/edk2/aarch64/QEMU_EFI.fd'],
      bus: 'pci',
      console: 'ttyAMA0',
      user: 'qemu-aarch64-static',
    },
  },
  {
    name: 'armhf',
    machine: 'armv7l',
    // Not on arm64: many of its machines have no 32-bit mode.
    nativeOn: ['armhf'],
    archive: 'ports',
    qemu: {
      system: 'qemu-system-arm',
      // Kernels without LPAE, such as Debian's and Ubuntu's, cannot reach a PCI bus above 4 GiB.
      machine: 'virt,highmem=off',
      bus: 'pci',
      console: 'ttyAMA0',
      user: 'qemu-arm-static',
    },
  },
  {
    name: 'ppc64el',
    machine: 'ppc64le',
    nativeOn: ['ppc64el'],
    archive: 'ports',
    qemu: { system: 'qemu-system-ppc64', machine: 'pseries', bus: 'pci', console: 'hvc0', user: 'qemu-ppc64le-static' },
  },
  {
    name: 's390x',
    machine: 's390x',
    nativeOn: ['s390x'],
    archive: 'ports',
    qemu: {
      system: 'qemu-system-s390x',
      machine: 's390-ccw-virtio',
      bus: 'ccw',
      console: 'ttysclp0',
      user: 'qemu-s390x-static',
    },
  },
  {
    name: 'riscv64',
    machine: 'riscv64',
    nativeOn: ['riscv64'],
    archive: 'ports',
    qemu: { system: 'qemu-system-riscv64', machine: 'virt', bus: 'pci', console: 'ttyS0', user: 'qemu-riscv64-static' },
  },
  {
    name: 'i386',
    machine: 'i686',
    nativeOn: ['i386', 'amd64'],
    archive: 'archive',
    qemu: { system: 'qemu-system-i386', bus: 'pci', console: 'ttyS0', user: 'qemu-i386-static' },
  },
];
