import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../durable';
import { storeFolder } from '../key';
import type { DirectoryStore } from './directory';

/** The keys of all objects that a directory has ever replaced, also of those whose files were removed since. */
export async function replacedKeys({ root }: Pick<DirectoryStore, 'root'>): Promise<string[]> {
  try {
    return (await readdir(join(root, storeFolder, 'generations'))).map(decodeURIComponent);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
