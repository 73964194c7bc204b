import { writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { MirrorError } from '../../errors';
import { watchConsole } from './console';

const said = 'maas-mirror probe';

/**
 * Starts an emulated PC whose disk holds nothing but a program that greets on the serial port: the smallest thing that
 * shows that QEMU runs here.
 * @param program `qemu-system-x86_64`
 * @param file where the disk goes
 * @param timeout milliseconds
 * @returns what was seen @throws BootFailed, MissingTool
 */
export async function bootGreeting(program: string, file: string, timeout = 60_000): Promise<string> {
  await writeFile(file, greetingDisk());
  const started = performance.now();
  const args = [
    ...['-accel', 'tcg', '-m', '64', '-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-no-reboot'],
    ...['-nodefaults', '-drive', `file=${file},format=raw,if=ide`],
  ];
  const machine = execa(program, args, { stdin: 'ignore', stderr: 'inherit', reject: false, buffer: false, timeout });
  const judge = (line: string) => (line.includes(said) ? { started: line } : undefined);
  const verdict = await watchConsole(machine.stdout, { judge, onLine: () => {} });
  machine.kill('SIGKILL');
  const { code, timedOut } = await machine;
  if (verdict !== undefined) return `${program} boots in ${((performance.now() - started) / 1000).toFixed(1)} s`;
  if (code === 'ENOENT') throw new MirrorError('MissingTool', `there is no ${program} on this machine`);
  throw new MirrorError('BootFailed', timedOut ? `nothing showed within ${timeout / 1000} s` : 'the machine ended', {
    hint: 'what QEMU says is in the log',
  });
}

/** A boot sector, which the BIOS loads to 0x7c00, on a disk of one cylinder. */
function greetingDisk(): Buffer {
  const disk = Buffer.alloc(63 * 16 * 512);
  const textAt = 0x7c00 + code.length;
  Buffer.from(code).copy(disk);
  disk.writeUInt16LE(textAt, 1); // what `mov si` loads
  disk.write(`\r\n${said}\r\n\0`, code.length, 'latin1');
  disk.writeUInt16LE(0xaa55, 510); // what makes it a boot sector
  return disk;
}

const code = [
  ...[0xbe, 0x00, 0x00], //   mov si, text
  ...[0xba, 0xf8, 0x03], //   mov dx, 0x3f8     the first serial port
  0xac, //                  next: lodsb
  ...[0x84, 0xc0], //         test al, al
  ...[0x74, 0x03], //         jz end
  0xee, //                    out dx, al
  ...[0xeb, 0xf8], //         jmp next
  0xf4, //                  end: hlt
  ...[0xeb, 0xfd], //         jmp end
];
