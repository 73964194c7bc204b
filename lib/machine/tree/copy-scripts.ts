import { join } from 'node:path';
import { filesBelow } from '../files';
import type { Inside } from './inside/inside';

/** Copies a script of ours into a tree so that it can be run: bundles lose modes where they travel as archives. */
export async function copyScript(from: string, tree: Inside, to: string): Promise<void> {
  await tree.copyIn(from, to, 0o755);
}

/** The same with all scripts below a folder. */
export async function copyScripts(from: string, tree: Inside, to: string): Promise<void> {
  for (const name of await filesBelow(from)) await copyScript(join(from, name), tree, `${to}/${name}`);
}
