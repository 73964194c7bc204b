import { execa } from 'execa';
import type { Command } from '../run';
import { watchConsole } from './console';
import { type Acceleration, type Emulator, machineWords } from './emulator';

/** What was chosen, and what was seen. */
export interface Chosen {
  readonly acceleration: Acceleration;
  readonly evidence: string;
}

export interface Greeter {
  /** Of an architecture whose programs run here without emulation. */
  readonly emulator: Emulator;
  /** The kernel that is to boot. */
  readonly kernel: string;
  /** The kernel's name of the serial console. */
  readonly console: string;
  /** Milliseconds that it may say nothing. @default 20_000 */
  readonly timeout?: number;
}

/**
 * Takes KVM where the kernel that is to boot has said in a machine with KVM which Linux it is. A /dev/kvm may exist and abort QEMU
 * at its start; it may also run a boot sector, and no Linux: both were seen, on one machine.
 */
export async function chooseAcceleration(greeter: Greeter): Promise<Chosen> {
  const [program, ...args] = greetingCommand(greeter);
  const { timeout = 20_000 } = greeter;
  const machine = execa(program, args, { stdin: 'ignore', reject: false, buffer: { stdout: false }, timeout });
  const judge = (line: string) => (line.includes('Linux version') ? { started: line } : undefined);
  const verdict = await watchConsole(machine.stdout, { judge, onLine: () => {} });
  machine.kill('SIGKILL');
  const { stderr, timedOut } = await machine;
  if (verdict !== undefined) return { acceleration: 'kvm', evidence: 'its kernel has answered in a machine with KVM' };
  const why = timedOut ? `said nothing within ${timeout / 1000} s` : `ended without a word: ${stderr.split('\n')[0]}`;
  return { acceleration: 'tcg', evidence: `a machine that was started with KVM ${why}` };
}

/** It finds no root, which it is not asked for. */
function greetingCommand({ emulator, kernel, console }: Greeter): Command {
  return [
    emulator.program,
    ...machineWords(emulator, 'kvm'),
    ...['-m', '512', '-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-no-reboot', '-nodefaults'],
    ...['-kernel', kernel, '-append', `console=${console} panic=-1`],
  ];
}
