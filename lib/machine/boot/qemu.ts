/* machine/boot: booting in QEMU the way MAAS boots a machine. */

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
  /** Virtual ones. */
  readonly cpus: number;
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
  readonly mac: string;
  /** The one server that the machine reaches; nothing else of our network is there for it. */
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

/** Only cards on PCI have a ROM to boot from, which would need a file of one more package. */
function networkCard({ bus }: Emulator, mac: string): string {
  return `virtio-net-${bus},netdev=n0,mac=${mac}${bus === 'pci' ? ',romfile=' : ''}`;
}

/**
 * Boots a kernel and watches its console until a verdict.
 * @returns what showed that it has started
 * @throws BootFailed with what was seen, after the whole console has gone to `onLine`; MissingTool without the emulator
 */
export async function boot(options: BootOptions): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const { verdict, crash, timedOut } = await bootOnce(options);
    if (verdict !== undefined && 'started' in verdict) return verdict.started;
    if (crash === undefined || verdict !== undefined || attempt === attempts) {
      throw failed(verdict?.failed ?? whyEnded(crash, timedOut, options));
    }
    options.onLine(`the emulator itself has crashed (${crash}); it is started again`);
  }
}

/** QEMU 7.2 now and then dies by SIGSEGV on a busy machine, with two threads of TCG: nothing that an image is to blame for. */
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
  answerNames(machine.stdio[wireNumber] as unknown as Duplex); // a pipe of Node goes both ways
  const verdict = await watchConsole(machine.stdout, options);
  machine.kill('SIGKILL'); // one that is ending by itself keeps its own signal
  const { code, signal, timedOut } = await machine;
  if (code === 'ENOENT') throw new MirrorError('MissingTool', `there is no ${program} on this machine`);
  return { verdict, timedOut, crash: signal === 'SIGKILL' ? undefined : signal };
}

function whyEnded(crash: string | undefined, timedOut: boolean, { timeoutSeconds }: BootOptions): string {
  if (timedOut) return `nothing showed within ${timeoutSeconds} s that it had started`;
  return crash === undefined ? 'the machine ended' : `the emulator itself crashed ${attempts} times (${crash})`;
}

function failed(why: string): MirrorError {
  return new MirrorError('BootFailed', why, { hint: 'the whole console is in the log of this boot test' });
}
