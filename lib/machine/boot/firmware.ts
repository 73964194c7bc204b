import { pathExists } from '../files';

/** The first of these files that this machine has. */
export async function firstFile(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (await pathExists(file)) return file;
  return undefined;
}
