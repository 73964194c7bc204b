/** An emulated machine; see lib/catalog/architectures.ts. */
export interface Emulator {
  /** `qemu-system-x86_64` */
  readonly program: string;
  /** @default - QEMU's default: a PC */
  readonly machine?: string | undefined;
  readonly cpu?: string | undefined;
  /** Firmware file that starts the kernel. @default - QEMU itself or its bundled firmware */
  readonly firmware?: string | undefined;
  readonly bus: 'pci' | 'ccw';
}

/** Whether the processor runs the guest's code directly (kvm) or QEMU translates it (tcg). */
export type Acceleration = 'kvm' | 'tcg';

/**
 * QEMU options for the machine type. Under TCG, qemu64 boots three times faster than `-cpu max` (facts/traps.md); KVM
 * supports only the host's processor and, on arm, its interrupt controller.
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
