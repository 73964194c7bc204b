import { MirrorError } from '../errors';

/** How machines of one architecture are called and imitated. */
export interface Architecture {
  /** dpkg's word: `amd64` */
  readonly name: string;
  /** What `uname -m` and Node's `os.machine()` say on it: `x86_64`. */
  readonly machine: string;
  /** dpkg architectures of the machines that run its programs without emulation. */
  readonly nativeOn: readonly string[];
  /** Which of Ubuntu's two archives has its packages. */
  readonly archive: 'archive' | 'ports';
  readonly qemu: {
    /** Binary that imitates a whole machine. */
    readonly system: string;
    /** @default - QEMU's own choice, as of the cpu */
    readonly machine?: string;
    readonly cpu?: string;
    /**
     * Files of the firmware that starts the kernel, as distributions have it; the first that is there is taken.
     * @default - QEMU starts the kernel, or with what comes along with it
     */
    readonly firmwareFiles?: readonly string[];
    /** How network card and random number generator are attached. */
    readonly bus: 'pci' | 'ccw';
    /** The kernel's name of the serial console. */
    readonly console: string;
    /** Static binary that runs single programs: `qemu-aarch64-static`. */
    readonly user: string;
  };
}

/** @throws UnknownArchitecture (misuse), listing those that exist */
export function architectureOf(name: string): Architecture {
  const architecture = architectures.find((one) => one.name === name);
  if (architecture) return architecture;
  const names = architectures.map((one) => one.name).join(', ');
  throw new MirrorError('UnknownArchitecture', `no architecture ${JSON.stringify(name)}; there are ${names}`, {
    hint: 'name an architecture as dpkg does, "amd64", not "x86_64"',
    misuse: true,
  });
}

/** @param machine what `uname -m` says of a machine @returns whether it runs programs of this architecture by itself */
export function runsOn({ nativeOn }: Architecture, machine: string): boolean {
  return architectures.some((one) => one.machine === machine && nativeOn.includes(one.name));
}

export const architectures: readonly Architecture[] = [
  {
    name: 'amd64',
    machine: 'x86_64',
    nativeOn: ['amd64'],
    archive: 'archive',
    // Under TCG a boot to login took 28 s with `qemu64` on two cores, 82 s with `max` on one.
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
      // Since 6.17 Ubuntu's kernels are EFI programs, which QEMU alone shows nothing of for ever.
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
      // Kernels without LPAE, as Debian's and Ubuntu's, cannot reach a PCI bus that lies above 4 GiB.
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
