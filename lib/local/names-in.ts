import { readdir } from 'node:fs/promises';
import { hasCode } from '../store/durable';

/** What is in a folder; nothing where no folder is. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
