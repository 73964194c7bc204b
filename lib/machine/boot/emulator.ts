/** An emulated machine of one architecture; see lib/catalog/architectures.ts. */
export interface Emulator {
  /** `qemu-system-x86_64` */
  readonly program: string;
  /** @default - QEMU's own: a PC */
  readonly machine?: string | undefined;
  readonly cpu?: string | undefined;
  /** File of the firmware that starts the kernel. @default - QEMU starts it, or what comes along with QEMU does */
  readonly firmware?: string | undefined;
  readonly bus: 'pci' | 'ccw';
}

/** Whether the machine's own processor runs the emulated one's programs, or QEMU translates them. */
export type Acceleration = 'kvm' | 'tcg';

/**
 * Which machine it is. Under TCG qemu64 boots three times faster than `-cpu max` (facts/traps.md); under KVM only the
 * processor that is there can be had, and on arm its interrupt controller.
 */
export function machineWords({ machine, cpu, firmware }: Emulator, acceleration: Acceleration): string[] {
  const kvm = acceleration === 'kvm';
  const chosenMachine = kvm && machine === 'virt' ? 'virt,gic-version=host' : machine;
  const chosenCpu = kvm ? 'host' : cpu;
  return [
    ...['-accel', acceleration],
    ...(chosenMachine === undefined ? [] : ['-machine', chosenMachine]),
    ...(chosenCpu === undefined ? [] : ['-cpu', chosenCpu]),
    ...(firmware === undefined ? [] : ['-bios', firmware]),
  ];
}
