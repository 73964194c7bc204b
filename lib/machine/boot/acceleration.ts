import { join } from 'node:path';
import { execa } from 'execa';
import { greetingDrive, writeGreetingDisk } from '../boot-sector';
import { watchConsole } from '../console';
import type { Command } from '../run';
import { type Acceleration, type Emulator, machineWords } from './emulator';

/** What was chosen, and what was seen. */
export interface Chosen {
  readonly acceleration: Acceleration;
  readonly evidence: string;
}

/**
 * Takes KVM where a machine that was started with it has said something: a /dev/kvm may exist and abort QEMU at its start,
 * or with the first instruction that it is to run.
 * @param emulator of an architecture whose programs run here without emulation
 * @param scratch folder for a small disk
 */
export async function chooseAcceleration(emulator: Emulator, scratch: string): Promise<Chosen> {
  const disk = join(scratch, 'greeting.disk');
  await writeGreetingDisk(disk);
  const [program, ...args] = greetingCommand(emulator, disk);
  const machine = execa(program, args, { stdin: 'ignore', reject: false, buffer: { stdout: false }, timeout });
  const judge = (line: string) => (line.trim() === '' ? undefined : { started: line });
  const verdict = await watchConsole(machine.stdout, { judge, onLine: () => {} });
  machine.kill('SIGKILL');
  const { stderr, timedOut } = await machine;
  if (verdict !== undefined)
    return { acceleration: 'kvm', evidence: 'a machine that was started with KVM has answered' };
  const why = timedOut ? `said nothing within ${timeout / 1000} s` : `ended without a word: ${stderr.split('\n')[0]}`;
  return { acceleration: 'tcg', evidence: `a machine that was started with KVM ${why}` };
}

const timeout = 20_000;

/** A machine without a kernel: its firmware has a word to say about that, or what is on its disk. */
function greetingCommand(emulator: Emulator, disk: string): Command {
  const isPc = emulator.machine === undefined; // whose firmware has no serial console
  return [
    emulator.program,
    ...machineWords(emulator, 'kvm'),
    ...['-m', '256', '-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-no-reboot', '-nodefaults'],
    ...(isPc ? greetingDrive(disk) : []),
  ];
}
