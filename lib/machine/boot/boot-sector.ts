import { writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { MirrorError } from '../../errors';
import { watchConsole } from './console';

const said = 'maas-mirror probe';

/**
 * Boots an emulated PC from a disk with a tiny program that prints a greeting on the serial port: the smallest proof that
 * QEMU works here.
 * @param program `qemu-system-x86_64`
 * @param file where to write the disk
 * @param timeout milliseconds
 * @returns a summary @throws BootFailed, MissingTool
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
  if (code === 'ENOENT') throw new MirrorError('MissingTool', `${program} is not installed`);
  throw new MirrorError(
    'BootFailed',
    timedOut ? `no output within ${timeout / 1000} s` : 'the machine ended without output',
    {
      hint: 'see the output of QEMU in the log',
    },
  );
}

/** A disk of one cylinder with a boot sector, which the BIOS loads to 0x7c00. */
function greetingDisk(): Buffer {
  const disk = Buffer.alloc(63 * 16 * 512);
  const textAt = 0x7c00 + code.length;
  Buffer.from(code).copy(disk);
  disk.writeUInt16LE(textAt, 1); // operand of `mov si`
  disk.write(`\r\n${said}\r\n\0`, code.length, 'latin1');
  disk.writeUInt16LE(0xaa55, 510); // boot signature
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
