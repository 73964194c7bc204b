import { logLine } from '../log';
import { type Inside, inside } from '../tree/inside/inside';
import { aptPlaces, kernelPlaces, ownSettingsIn, pinPlaces, type SettingPlaces } from './own-settings';

/**
 * Removes an image's own settings for kernels and initramfs from a throwaway tree: holds, dpkg exclusions, hooks, modules,
 * compression. The published root keeps all of them.
 */
export async function forgetKernelSettings(root: string): Promise<void> {
  const tree = inside(root);
  await forget(tree, kernelPlaces);
  forgetHolds(tree);
}

/**
 * Removes an image's own apt settings, so that only ours and those of packages apply.
 * @param pins whether to remove its pins, too
 */
export async function forgetAptSettings(root: string, { pins }: { readonly pins: boolean }): Promise<void> {
  const tree = inside(root);
  await forget(tree, aptPlaces);
  if (!pins) return;
  // Pins from packages, too: they concern archives that are not sources of a build.
  for (const path of [...pinPlaces.files, ...pinPlaces.folders]) await tree.remove(path);
  for (const path of pinPlaces.folders) tree.makeFolder(path);
}

/** Restores a tree's own apt settings. @param before the original tree */
export async function restoreAptSettings(root: string, before: string): Promise<void> {
  const [tree, base] = [inside(root), inside(before)];
  for (const path of ownSettingsIn(base, aptPlaces)) await tree.restore(path, base);
}

async function forget(tree: Inside, places: SettingPlaces): Promise<void> {
  const own = ownSettingsIn(tree, places);
  for (const path of own) await tree.remove(path);
  if (own.length > 0) logLine(`ignoring settings of the image: ${own.join(', ')}`);
}

/** apt neither upgrades nor removes held packages. */
function forgetHolds(tree: Inside): void {
  const status = tree.readText(dpkgStatus, mostStatus) ?? '';
  const free = status.replaceAll(/^Status: hold /gm, 'Status: install ');
  if (free !== status) tree.write(dpkgStatus, free);
}

/** Names of the held packages of an image. */
export function heldPackages(root: string): string[] {
  const stanzas = (inside(root).readText(dpkgStatus, mostStatus) ?? '').split(/\n{2,}/);
  const held = stanzas.filter((stanza) => /^Status: hold /m.test(stanza));
  return held.flatMap((stanza) => /^Package: (\S+)$/m.exec(stanza)?.[1] ?? []);
}

const dpkgStatus = 'var/lib/dpkg/status';

/** The dpkg status of a machine with every package installed is about 100 MB. */
const mostStatus = 256 * 1024 * 1024;
