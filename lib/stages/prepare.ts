import { join } from 'node:path';
import { initramfsPackages } from '../catalog/boot/initramfs';
import { checked } from '../job/checked';
import { Materials } from '../job/handed-on/materials';
import type { Prepared } from '../job/handed-on/results';
import { foldersOf, made } from '../job/layout';
import { releaseFor } from '../job/releases/release-for';
import { aptInstall, aptUpdate } from '../machine/apt/apt';
import type { AptTree } from '../machine/apt/apt-tree';
import { manifestOf } from '../machine/dpkg/manifest';
import { readText } from '../machine/files';
import { prepareInitramfs } from '../machine/initramfs/initramfs';
import { progress } from '../machine/log';
import { type Chroot, enterChroot } from '../machine/tree/chroot';
import { mountOverlay, mountSquashfs } from '../machine/tree/mounts';
import { makeSquashfs, passingCompression, squashfsTime } from '../machine/tree/squashfs';
import { sha256Of } from '../sha256';
import { initramfsChoiceOf } from './layer/initramfs-choice';
import { changesOf, materialsOf, verifiedArchives } from './layer/materials';
import { installCommon } from './layer/packages-of-all-flavours';
import { type Resolution, resolveKernels } from './layer/resolve-kernels';
import { knownAddedSources } from './sources/added-sources';
import { mountBase, openApt } from './sources/tell-apt';
import { handOn, handOnJson, takeUp, type Workbench } from './workbench';

/**
 * Builds the layer that all flavours share: apt's lists, the initramfs packages, our hooks and settings, and the packages
 * that every flavour would install, such as firmware.
 */
export async function prepare(bench: Workbench): Promise<Prepared> {
  const { job, scratch } = bench;
  const base = await takeUp(bench, made.squashfs(foldersOf(job).root));
  const layer = join(scratch, 'layer.squashfs');

  await using image = await mountSquashfs(base, scratch);
  await using root = await mountOverlay([image.path], scratch);
  let prepared: { resolution: Resolution; materials: Materials };
  {
    await using untouched = await mountBase(bench, image);
    await using chroot = await enterChroot(root.path, bench.tools);
    await using apt = await openApt(chroot, untouched.path, await knownAddedSources(bench), bench);
    const archives = await installInitramfsPackages(apt, bench);
    prepared = await resolutionIn(chroot, { image: image.path, verified: archives }, bench);
    await installCommon(apt, prepared.resolution);
  }
  await makeSquashfs(root.upper, layer, { compression: passingCompression, epoch: await squashfsTime(base) });
  return {
    layer: await handOn(bench, made.layer(bench.folder), layer),
    kernels: prepared.resolution.kernels,
    materials: await handOnJson(bench, made.materials(bench.folder), prepared.materials),
  };
}

/** @returns the archives that apt verified */
async function installInitramfsPackages(chroot: AptTree, bench: Workbench): Promise<Materials['archives']> {
  const { job, tools } = bench;
  const release = releaseFor(bench.request);
  await prepareInitramfs(chroot, initramfsChoiceOf(release, job.architecture), join(tools, 'initramfs'));
  progress('reading the package lists');
  await aptUpdate(chroot);
  const archives = verifiedArchives(chroot.path); // read before packages are installed: they may write there
  progress('installing the initramfs packages');
  // With recommended packages: without curl, dracut leaves out the modules that fetch the root, and says so only in its log.
  await aptInstall(
    chroot,
    [
      ...initramfsPackages(release).map(({ name }) => name),
      // Without it mkinitramfs falls back to gzip, which is slower and larger.
      'zstd',
    ],
    { recommends: true },
  );
  return archives;
}

/** Resolves what each flavour would be made from, once everything that they share is installed. */
async function resolutionIn(
  chroot: Chroot,
  { image, verified }: { readonly image: string; readonly verified: Materials['archives'] },
  bench: Workbench,
): Promise<{ resolution: Resolution; materials: Materials }> {
  const [before, after] = [manifestOf(image), manifestOf(chroot.path)];
  const resolution = await resolveKernels(chroot, bench.job, bench.request, sha256Of(after));
  const materials = materialsOf(verified, { before, after }, resolution.installed);
  const archives = unique([...materials.archives, ...(await archivesOfUpgrade(bench))]);
  const [changed, removed] = [await changesIn(bench), await removedIn(bench)];
  return { resolution, materials: { ...materials, archives, changed, removed } };
}

/** The archives as the upgrade stage saw them; they may have changed since. */
async function archivesOfUpgrade(bench: Workbench): Promise<Materials['archives']> {
  if (!bench.job.customised) return [];
  const key = made.archives(foldersOf(bench.job).root);
  return checked(Materials.shape.archives, JSON.parse(await readText(await takeUp(bench, key))), key);
}

/** What the upgrade stage removed from the image. */
async function removedIn(bench: Workbench): Promise<Materials['removed']> {
  if (!bench.job.customised) return [];
  const key = made.removed(foldersOf(bench.job).root);
  return checked(Materials.shape.removed, JSON.parse(await readText(await takeUp(bench, key))), key);
}

function unique(archives: Materials['archives']): Materials['archives'] {
  return [...new Map(archives.map((one) => [JSON.stringify(one), one])).values()];
}

/** What the upgrade stage changed in the base image. */
async function changesIn(bench: Workbench): Promise<Materials['changed']> {
  if (!bench.job.customised) return [];
  const { base, root } = foldersOf(bench.job);
  const textOf = async (folder: string) => readText(await takeUp(bench, made.manifest(folder)));
  return changesOf(await textOf(base), await textOf(root));
}
