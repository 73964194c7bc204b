import { execa } from 'execa';
import { MirrorError } from '../errors';
import type { Command } from './run';

/** An emulated machine of one architecture; see lib/catalog/architectures.ts. */
export interface Emulator {
  /** `qemu-system-x86_64` */
  readonly program: string;
  readonly machine?: string | undefined;
  readonly cpu?: string | undefined;
}

export interface BootOptions {
  readonly emulator: Emulator;
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
  readonly mac: string;
  /** MiB */
  readonly memory: number;
  /** Says what a line of the console means; undefined is nothing. */
  readonly judge: (line: string) => Verdict | undefined;
  readonly timeoutSeconds: number;
  /** Gets every line of the console. */
  readonly onLine: (line: string) => void;
}

export type Verdict = { readonly started: string } | { readonly failed: string };

/**
 * TCG always: a /dev/kvm may exist and still abort QEMU at its start. qemu64 with two cores boots three times faster
 * under TCG than -cpu max with one (facts/traps.md).
 */
export function qemuCommand({ emulator, kernel, initrd, commandLine, mac, memory }: BootOptions): Command {
  return [
    emulator.program,
    ...['-accel', 'tcg', '-smp', '2', '-m', String(memory)],
    ...(emulator.machine === undefined ? [] : ['-machine', emulator.machine]),
    ...(emulator.cpu === undefined ? [] : ['-cpu', emulator.cpu]),
    ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-no-reboot', '-nodefaults'],
    ...['-netdev', 'user,id=n0,ipv6=off', '-device', `virtio-net-pci,netdev=n0,mac=${mac},romfile=`],
    ...['-device', 'virtio-rng-pci'],
    ...['-kernel', kernel, '-initrd', initrd, '-append', commandLine],
  ];
}

/**
 * Boots a kernel and watches its console until a verdict.
 * @returns what showed that it has started
 * @throws BootFailed with what was seen and the last lines of the console; MissingTool without the emulator
 */
export async function boot(options: BootOptions): Promise<string> {
  const [program, ...args] = qemuCommand(options);
  const seconds = options.timeoutSeconds;
  const machine = execa(program, args, {
    stdin: 'ignore',
    stderr: 'inherit',
    reject: false,
    buffer: false,
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
  });
  const tail: string[] = [];
  const verdict = await watch(machine.stdout, options, tail);
  machine.kill('SIGKILL');
  const { code, timedOut } = await machine;
  if (verdict !== undefined && 'started' in verdict) return verdict.started;
  if (code === 'ENOENT') throw new MirrorError('MissingTool', `there is no ${program} on this machine`);
  const why =
    verdict?.failed ?? (timedOut ? `nothing showed within ${seconds} s that it had started` : 'the machine ended');
  throw new MirrorError('BootFailed', `${why}; the console ended with:\n${tail.join('\n')}`, {
    hint: 'the whole console is in the log of this boot test',
  });
}

/** Reads the console until a verdict or its end. A login prompt has no line end, so an unfinished line is judged, too. */
async function watch(
  console: AsyncIterable<Buffer>,
  { judge, onLine }: BootOptions,
  tail: string[],
): Promise<Verdict | undefined> {
  let unfinished = '';
  const take = (line: string) => {
    onLine(line);
    tail.push(line);
    if (tail.length > 25) tail.shift();
  };
  for await (const chunk of console) {
    const lines = (unfinished + chunk.toString('latin1')).split('\n');
    unfinished = lines.pop() ?? '';
    for (const line of lines.map(printable)) {
      take(line);
      const verdict = judge(line);
      if (verdict !== undefined) return verdict;
    }
    const verdict = judge(printable(unfinished));
    if (verdict === undefined) continue;
    take(printable(unfinished));
    return verdict;
  }
  if (unfinished !== '') take(printable(unfinished));
  return undefined;
}

/** Consoles are full of colours and cursor moves. */
function printable(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return line.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]|\u001b[()][A-Z0-9]|[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}
