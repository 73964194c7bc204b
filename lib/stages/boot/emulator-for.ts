import type { Architecture } from '../../catalog/architectures';
import { MirrorError } from '../../errors';
import type { Emulator } from '../../machine/boot/emulator';
import { pathExists } from '../../machine/files';
import { isInstalled } from '../../machine/this-machine';

/**
 * The emulator for an architecture, with the firmware that boots its kernels.
 * @param isForeign whether this machine cannot run the architecture's programs natively
 * @returns for a foreign architecture without an emulator on this machine: the reason, as text
 * @throws MissingTool if the firmware for the machine's own architecture is missing
 */
export async function emulatorFor({ qemu }: Architecture, isForeign: boolean): Promise<Emulator | string> {
  const { system: program, machine, cpu, bus } = qemu;
  if (isForeign && !(await isInstalled(program))) return `${program} is not installed on this machine`;
  if (qemu.firmwareFiles === undefined) return { program, machine, cpu, bus };
  const firmware = await firstFile(qemu.firmwareFiles);
  if (firmware !== undefined) return { program, machine, cpu, bus, firmware };
  if (isForeign) return `no firmware for ${program} is installed on this machine`;
  throw new MirrorError('MissingTool', `no firmware for ${program}: none of ${qemu.firmwareFiles.join(', ')} exists`, {
    hint: 'install the package qemu-efi-aarch64',
  });
}

/** The first of these files that this machine has. */
async function firstFile(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (await pathExists(file)) return file;
  return undefined;
}
