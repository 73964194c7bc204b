import { architectureOf } from '../../catalog/architectures';
import { emulate } from '../../machine/tree/binfmt';

/**
 * Registers the interpreters for these architectures with the kernel, as the stages that change foreign images do, and
 * unregisters them again.
 * @throws MissingTool
 */
export async function foreignPrograms(architectures: readonly string[], scratch: string): Promise<string> {
  const interpreters: string[] = [];
  for (const name of architectures) {
    const interpreter = architectureOf(name).qemu.user;
    await using _emulation = await emulate({ architecture: name, interpreter }, scratch);
    interpreters.push(`${name} (${interpreter})`);
  }
  return `interpreters for other architectures can be registered: ${interpreters.join(', ')}`;
}
