import type { Architecture } from '../../catalog/architectures';
import { MirrorError } from '../../errors';
import type { Emulator } from '../../machine/boot/emulator';
import { pathExists } from '../../machine/files';
import { isInstalled } from '../../machine/this-machine';

/**
 * The emulator of an architecture, with the firmware that it starts kernels by.
 * @param isForeign whether the architecture's programs do not run on this machine by themselves
 * @returns of a foreign one, in words, why it cannot be had on this machine
 * @throws MissingTool where the firmware of the machine's own architecture is missing
 */
export async function emulatorFor({ qemu }: Architecture, isForeign: boolean): Promise<Emulator | string> {
  const { system: program, machine, cpu, bus } = qemu;
  if (isForeign && !(await isInstalled(program))) return `no ${program} on this machine`;
  if (qemu.firmwareFiles === undefined) return { program, machine, cpu, bus };
  const firmware = await firstFile(qemu.firmwareFiles);
  if (firmware !== undefined) return { program, machine, cpu, bus, firmware };
  if (isForeign) return `no firmware for ${program} on this machine`;
  throw new MirrorError(
    'MissingTool',
    `there is no firmware for ${program}: none of ${qemu.firmwareFiles.join(', ')}`,
    {
      hint: 'install the package qemu-efi-aarch64',
    },
  );
}

/** The first of these files that this machine has. */
async function firstFile(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (await pathExists(file)) return file;
  return undefined;
}
