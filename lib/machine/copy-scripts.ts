import { chmod, cp, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Copies a script, or a folder of them, so that they can be run: bundles lose modes where they travel as archives. */
export async function copyScripts(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  if ((await stat(from)).isFile()) return chmod(to, 0o755);
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    await chmod(join(to, entry.parentPath.slice(from.length), entry.name), 0o755);
  }
}
