import { logLine } from '../log';
import { type Inside, inside } from '../tree/inside/inside';
import { aptPlaces, kernelPlaces, ownSettingsIn, pinPlaces, type SettingPlaces } from './own-settings';

/**
 * Takes out of a tree that is thrown away whatever its image says of how kernels and their initramfs are made: what it
 * holds and what its dpkg leaves out, hooks, modules, compression. The published root keeps all of it.
 */
export async function forgetKernelSettings(root: string): Promise<void> {
  const tree = inside(root);
  await forget(tree, kernelPlaces);
  forgetHolds(tree);
}

/**
 * Takes out the settings of apt that an image has of its own; ours are the only ones then. Those of packages stay.
 * @param pins whether its preferences go as well
 */
export async function forgetAptSettings(root: string, { pins }: { readonly pins: boolean }): Promise<void> {
  const tree = inside(root);
  await forget(tree, aptPlaces);
  if (!pins) return;
  // Those of packages, too: they are about archives that are no sources of a build.
  for (const path of [...pinPlaces.files, ...pinPlaces.folders]) await tree.remove(path);
  for (const path of pinPlaces.folders) tree.makeFolder(path);
}

/** Gives a tree its own settings of apt again. @param before the tree as it came */
export async function restoreAptSettings(root: string, before: string): Promise<void> {
  const [tree, base] = [inside(root), inside(before)];
  for (const path of ownSettingsIn(base, aptPlaces)) await tree.restore(path, base);
}

async function forget(tree: Inside, places: SettingPlaces): Promise<void> {
  const own = ownSettingsIn(tree, places);
  for (const path of own) await tree.remove(path);
  if (own.length > 0) logLine(`settings of the image, which decide nothing here: ${own.join(', ')}`);
}

/** A package that is on hold is neither upgraded nor removed. */
function forgetHolds(tree: Inside): void {
  const status = tree.readText(dpkgStatus, mostStatus) ?? '';
  const free = status.replaceAll(/^Status: hold /gm, 'Status: install ');
  if (free !== status) tree.write(dpkgStatus, free);
}

/** Names of the packages that an image has on hold. */
export function heldPackages(root: string): string[] {
  const stanzas = (inside(root).readText(dpkgStatus, mostStatus) ?? '').split(/\n{2,}/);
  const held = stanzas.filter((stanza) => /^Status: hold /m.test(stanza));
  return held.flatMap((stanza) => /^Package: (\S+)$/m.exec(stanza)?.[1] ?? []);
}

const dpkgStatus = 'var/lib/dpkg/status';

/** dpkg's status of a machine with everything installed has some 100 MB. */
const mostStatus = 256 * 1024 * 1024;
