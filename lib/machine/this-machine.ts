import { access, constants } from 'node:fs/promises';
import { machine } from 'node:os';
import { join } from 'node:path';

/** What `uname -m` says here. */
export function thisMachine(): string {
  return machine();
}

/** Whether a program would be found. */
export async function isInstalled(program: string): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(':').filter(Boolean);
  const found = folders.map((folder) => access(join(folder, program), constants.X_OK));
  return Promise.any(found).then(
    () => true,
    () => false,
  );
}
