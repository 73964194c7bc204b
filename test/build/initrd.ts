import { basename } from 'node:path';
import { dracutDrivers, initramfsModules } from '../../lib/catalog/boot/initramfs';
import { releaseOf } from '../../lib/catalog/releases';
import type { LookAlike } from '../fixtures/images/look-alike';
import { modulesOf } from '../fixtures/images/look-alike/kernel-files';

/** The modules that MAAS wants in an initrd of a look-alike's flavour, as far as its kernel has them: paths in the initrd. */
export async function wantedModules(look: LookAlike, flavour: string): Promise<string[]> {
  const { folders, names } = choiceOf(look);
  const isWanted = (path: string) =>
    names.includes(moduleName(path)) || folders.some((folder) => path.startsWith(`${folder}/`));
  const release = look.images[flavour]?.name.replace('linux-image-', '');
  return (await modulesOf(look, flavour)).filter(isWanted).map((path) => `usr/lib/modules/${release}/${path}`);
}

/** `bcache` of …/bcache.ko.xz */
export function moduleName(path: string): string {
  return basename(path).replace(/\.ko.*/, '');
}

function choiceOf({ release, architecture }: LookAlike): { folders: string[]; names: string[] } {
  const { initramfs } = releaseOf(release);
  const { directories, modules } =
    initramfs === 'dracut' ? dracutDrivers(architecture) : initramfsModules(releaseOf(release), architecture);
  const nameOf = (one: string | { name: string }) => (typeof one === 'string' ? one : one.name);
  const below = initramfs === 'dracut' ? 'kernel/' : '';
  return { folders: directories.map((one) => below + nameOf(one)), names: modules.map(nameOf) };
}
