import { execa } from 'execa';
import type { Command } from '../run';
import { watchConsole } from './console';
import { type Acceleration, type Emulator, machineWords } from './emulator';

/** The chosen acceleration and the reason. */
export interface Chosen {
  readonly acceleration: Acceleration;
  readonly evidence: string;
}

export interface Greeter {
  /** Emulator for an architecture that this machine runs natively. */
  readonly emulator: Emulator;
  /** Path of the kernel to boot. */
  readonly kernel: string;
  /** The kernel's name for the serial console. */
  readonly console: string;
  /** Milliseconds to wait for output. @default 20_000 */
  readonly timeout?: number;
}

/**
 * Chooses KVM if the kernel prints its version in a KVM machine. An existing /dev/kvm is not enough: on one machine QEMU
 * aborted at start, or ran a boot sector but no Linux.
 */
export async function chooseAcceleration(greeter: Greeter): Promise<Chosen> {
  const [program, ...args] = greetingCommand(greeter);
  const { timeout = 20_000 } = greeter;
  const machine = execa(program, args, { stdin: 'ignore', reject: false, buffer: { stdout: false }, timeout });
  const judge = (line: string) => (line.includes('Linux version') ? { started: line } : undefined);
  const verdict = await watchConsole(machine.stdout, { judge, onLine: () => {} });
  machine.kill('SIGKILL');
  const { stderr, timedOut } = await machine;
  if (verdict !== undefined) return { acceleration: 'kvm', evidence: 'the kernel has started in a KVM machine' };
  const why = timedOut
    ? `printed nothing within ${timeout / 1000} s`
    : `ended without output: ${stderr.split('\n')[0]}`;
  return { acceleration: 'tcg', evidence: `a KVM machine ${why}` };
}

/** The kernel panics without a root, but prints its version before. */
function greetingCommand({ emulator, kernel, console }: Greeter): Command {
  return [
    emulator.program,
    ...machineWords(emulator, 'kvm'),
    ...['-m', '512', '-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-no-reboot', '-nodefaults'],
    ...['-kernel', kernel, '-append', `console=${console} panic=-1`],
  ];
}
