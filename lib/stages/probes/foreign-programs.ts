import { architectureOf } from '../../catalog/architectures';
import { emulate } from '../../machine/tree/binfmt';

/**
 * Registers with the kernel what runs programs of these architectures, as the stages that change their images do, for as
 * long as that takes.
 * @throws MissingTool
 */
export async function foreignPrograms(architectures: readonly string[], scratch: string): Promise<string> {
  const interpreters: string[] = [];
  for (const name of architectures) {
    const interpreter = architectureOf(name).qemu.user;
    await using _emulation = await emulate({ architecture: name, interpreter }, scratch);
    interpreters.push(`${name} by ${interpreter}`);
  }
  return `interpreters of other architectures are registered: ${interpreters.join(', ')}`;
}
