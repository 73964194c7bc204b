import { join } from 'node:path';
import { filesBelow } from '../files';
import type { Inside } from './inside/inside';

/** Copies one of our scripts into a tree and makes it executable, because archived bundles lose file modes. */
export async function copyScript(from: string, tree: Inside, to: string): Promise<void> {
  await tree.copyIn(from, to, 0o755);
}

/** The same for all scripts below a folder. */
export async function copyScripts(from: string, tree: Inside, to: string): Promise<void> {
  for (const name of await filesBelow(from)) await copyScript(join(from, name), tree, `${to}/${name}`);
}
