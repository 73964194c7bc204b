import { execa } from 'execa';
import { MirrorError } from '../errors';
import { type ConsoleWatch, watchConsole } from './console';
import type { Command } from './run';

/** An emulated machine of one architecture; see lib/catalog/architectures.ts. */
export interface Emulator {
  /** `qemu-system-x86_64` */
  readonly program: string;
  readonly machine?: string | undefined;
  readonly cpu?: string | undefined;
  readonly bus: 'pci' | 'ccw';
}

export interface BootOptions extends ConsoleWatch {
  readonly emulator: Emulator;
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

/** A server on 127.0.0.1, and where a machine finds it. */
export interface GuestServer {
  /** `10.0.2.100:5248`: in QEMU's user network 10.0.2.0/24, but none of its own .2, .3 and .4. */
  readonly address: string;
  /** Of 127.0.0.1. */
  readonly port: number;
}

/**
 * TCG always: a /dev/kvm may exist and still abort QEMU at its start. qemu64 with two cores boots three times faster
 * under TCG than -cpu max with one (facts/traps.md).
 */
export function qemuCommand({ emulator, kernel, initrd, commandLine, mac, server, memory }: BootOptions): Command {
  return [
    emulator.program,
    ...['-accel', 'tcg', '-smp', '2', '-m', String(memory)],
    ...(emulator.machine === undefined ? [] : ['-machine', emulator.machine]),
    ...(emulator.cpu === undefined ? [] : ['-cpu', emulator.cpu]),
    ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-no-reboot', '-nodefaults'],
    ...['-netdev', closedNetwork(server), '-device', networkCard(emulator, mac)],
    ...['-device', `virtio-rng-${emulator.bus}`],
    ...['-kernel', kernel, '-initrd', initrd, '-append', commandLine],
  ];
}

/**
 * The image may hold anybody's packages, and QEMU's user network has the builder's way to everywhere, its loopback and
 * the addresses that give credentials away: closed, it has DHCP, and one program for each connection to the server.
 */
function closedNetwork({ address, port }: GuestServer): string {
  const relay = `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port} 4<&0; cat <&4 >&3 & cat <&3; kill $!'`;
  return `user,id=n0,ipv6=off,restrict=on,guestfwd=tcp:${address}-cmd:${relay}`;
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
    stdin: 'ignore',
    stderr: 'inherit',
    reject: false,
    buffer: false,
    timeout: options.timeoutSeconds * 1000,
    killSignal: 'SIGKILL',
  });
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
