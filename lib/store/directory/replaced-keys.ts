import { storeFolder } from '../key';
import type { DirectoryStore } from './directory';
import { foldersIn } from './walk';

/** The keys of all objects that a directory has ever replaced, also of those whose files were removed since. */
export async function replacedKeys({ root }: DirectoryStore): Promise<string[]> {
  return (await foldersIn(root, `${storeFolder}/generations/`)).map((name) => decodeURIComponent(name));
}
