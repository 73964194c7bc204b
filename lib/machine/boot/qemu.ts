/* machine/boot: boots images in QEMU as MAAS boots a machine. */

import type { Duplex } from 'node:stream';
import { execa } from 'execa';
import { MirrorError } from '../../errors';
import type { Command } from '../run';
import { type ConsoleWatch, watchConsole } from './console';
import { type Acceleration, type Emulator, machineWords } from './emulator';
import { answerNames } from './name-server';
import { closedNetwork, type GuestServer, wireNumber } from './network';

export interface BootOptions extends ConsoleWatch {
  readonly emulator: Emulator;
  readonly acceleration: Acceleration;
  /** Number of virtual processors. */
  readonly cpus: number;
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
  readonly mac: string;
  /** The only server that the machine can reach. */
  readonly server: GuestServer;
  /** MiB */
  readonly memory: number;
  readonly timeoutSeconds: number;
}

export function qemuCommand(options: BootOptions): Command {
  const { emulator, acceleration, cpus, kernel, initrd, commandLine, mac, server, memory } = options;
  return [
    emulator.program,
    ...machineWords(emulator, acceleration),
    ...['-smp', String(cpus), '-m', String(memory)],
    ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-no-reboot', '-nodefaults'],
    ...[...closedNetwork(server), '-device', networkCard(emulator, mac)],
    ...['-device', `virtio-rng-${emulator.bus}`],
    ...['-kernel', kernel, '-initrd', initrd, '-append', commandLine],
  ];
}

/** Only PCI cards have a boot ROM, whose file would require another package. */
function networkCard({ bus }: Emulator, mac: string): string {
  return `virtio-net-${bus},netdev=n0,mac=${mac}${bus === 'pci' ? ',romfile=' : ''}`;
}

/**
 * Boots a kernel and watches its console until a verdict.
 * @returns the line that proves the start
 * @throws BootFailed with the reason, after `onLine` has received the whole console; MissingTool without the emulator
 */
export async function boot(options: BootOptions): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const { verdict, crash, timedOut } = await bootOnce(options);
    if (verdict !== undefined && 'started' in verdict) return verdict.started;
    if (crash === undefined || verdict !== undefined || attempt === attempts) {
      throw failed(verdict?.failed ?? whyEnded(crash, timedOut, options));
    }
    options.onLine(`the emulator crashed (${crash}); restarting it`);
  }
}

/** QEMU 7.2 with two TCG threads sometimes dies with SIGSEGV on a busy machine; the image is not the cause. */
const attempts = 3;

async function bootOnce(options: BootOptions) {
  const [program, ...args] = qemuCommand(options);
  const machine = execa(program, args, {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    reject: false,
    buffer: false,
    timeout: options.timeoutSeconds * 1000,
    killSignal: 'SIGKILL',
  });
  answerNames(machine.stdio[wireNumber] as unknown as Duplex); // a pipe in Node is bidirectional
  const verdict = await watchConsole(machine.stdout, options);
  machine.kill('SIGKILL'); // if it is already ending, its own signal is kept
  const { code, signal, timedOut } = await machine;
  if (code === 'ENOENT') throw new MirrorError('MissingTool', `${program} is not installed`);
  return { verdict, timedOut, crash: signal === 'SIGKILL' ? undefined : signal };
}

function whyEnded(crash: string | undefined, timedOut: boolean, { timeoutSeconds }: BootOptions): string {
  if (timedOut) return `no sign of a successful start within ${timeoutSeconds} s`;
  return crash === undefined ? 'the machine ended' : `the emulator crashed ${attempts} times (${crash})`;
}

function failed(why: string): MirrorError {
  return new MirrorError('BootFailed', why, { hint: 'see the full console output in the log of this boot test' });
}
