import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Says how much apt prefers what comes from a suite: an archive's own default is 500, or 100 where it is not automatic. */
export async function pinArchive(root: string, suite: string, priority: number): Promise<void> {
  const folder = join(root, 'etc/apt/preferences.d');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `maas-mirror-${suite}`), pinOf(suite, priority));
}

export function pinOf(suite: string, priority: number): string {
  return `Package: *\nPin: release a=${suite}\nPin-Priority: ${priority}\n`;
}
