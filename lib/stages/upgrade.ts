import { join } from 'node:path';
import { squashfsCompression } from '../catalog/compression';
import type { Materials } from '../job/handed-on/materials';
import type { Root } from '../job/handed-on/results';
import { foldersOf, made } from '../job/layout';
import { isKernelPackage } from '../job/releases/kernel-package';
import { releaseFor } from '../job/releases/release-for';
import { aptAutoremove, aptDistUpgrade, aptInstall, aptPurge, aptUpdate } from '../machine/apt/apt';
import { cleanImage } from '../machine/apt/clean-image';
import { manifestOf } from '../machine/dpkg/manifest';
import { quietPackages, silenceTool, unquietPackages, unsilenceTool } from '../machine/dpkg/quiet-packages';
import { writeText } from '../machine/files';
import { removeIdentities } from '../machine/identity/remove-identities';
import { restoreAptSettings } from '../machine/image-settings/forget-settings';
import { requireNewest, requireUnheld, requireUpgraded } from '../machine/image-settings/kept-back';
import { progress } from '../machine/log';
import { type Chroot, enterChroot } from '../machine/tree/chroot';
import { mountOverlay, mountSquashfs } from '../machine/tree/mounts';
import { makeSquashfs, squashfsTime } from '../machine/tree/squashfs';
import { verifiedArchives } from './layer/materials';
import { ownSettings } from './layer/own-settings';
import { findAddedSources } from './sources/added-sources';
import { type OpenedApt, openApt } from './sources/tell-apt';
import { handOn, handOnJson, takeUp, type Workbench } from './workbench';

/** Customises the fetched image as requested, cleans it, and packs it again. */
export async function upgrade(bench: Workbench): Promise<Root> {
  const { job, scratch } = bench;
  const base = await takeUp(bench, made.squashfs(foldersOf(job).base));
  const [squashfs, manifest] = [join(scratch, 'root.squashfs'), join(scratch, 'root.manifest')];
  const epoch = await squashfsTime(base);
  const added = await findAddedSources(bench);

  await using image = await mountSquashfs(base, scratch);
  await using root = await mountOverlay([image.path], scratch);
  {
    await using chroot = await enterChroot(root.path, bench.tools, { SOURCE_DATE_EPOCH: String(epoch) });
    await using apt = await openApt(chroot, image.path, added, bench, { published: true });
    const archives = await quietly(chroot, bench, () => change(apt, bench));
    await handOnJson(bench, made.archives(bench.folder), archives);
  }
  ownSettings(root.path, releaseFor(bench.request));
  const removed = await removeIdentities(root.path, image.path, root.upper);
  await handOnJson(bench, made.removed(bench.folder), removed);
  await cleanImage(root.path, image.path);
  await restoreAptSettings(root.path, image.path);
  progress('packing the changed image');
  await makeSquashfs(root.path, squashfs, { compression: compressionFor(bench), epoch });
  await writeText(manifest, manifestOf(root.path));
  return {
    squashfs: await handOn(bench, made.squashfs(bench.folder), squashfs),
    manifest: await handOn(bench, made.manifest(bench.folder), manifest),
  };
}

/** Programs that build an initramfs. They are silenced here: extract builds the published one for each kernel. */
const initramfsMakers = ['/usr/sbin/update-initramfs', '/usr/bin/dracut'];

async function quietly<T>(chroot: Chroot, { tools }: Workbench, work: () => Promise<T>): Promise<T> {
  const ours = join(tools, 'initramfs');
  await quietPackages(chroot, ours);
  for (const tool of initramfsMakers) await silenceTool(chroot, tool);
  const done = await work();
  for (const tool of initramfsMakers) await unsilenceTool(chroot, tool);
  await unquietPackages(chroot, ours);
  return done;
}

/** The steps follow facts/build.md §2, in the same order. @returns the archives that apt verified */
async function change(chroot: OpenedApt, { job, request }: Workbench): Promise<Materials['archives']> {
  const { repositories, proposed, allProposed, packages, purge } = request.customise ?? empty;
  const named = proposed.filter((name) => !isKernelPackage(name));
  progress('reading the package lists');
  await aptUpdate(chroot);
  const archives = verifiedArchives(chroot.path); // read before packages are installed: they may write there
  const kernels = await installedKernels(chroot);
  await aptPurge(chroot, kernels, { held: true });
  if (kernels.length > 0) await aptAutoremove(chroot);
  if (purge.length > 0) progress(`purging ${purge.join(', ')}`);
  await aptPurge(chroot, purge);
  if (repositories.length > 0 || allProposed) {
    progress('upgrading all packages');
    await aptDistUpgrade(chroot);
  }
  const wanted = [...purge.filter((name) => !named.includes(name)), ...packages];
  if (wanted.length > 0) progress(`installing ${wanted.join(', ')}`);
  await aptInstall(chroot, wanted, { recommends: true });
  if (named.length > 0) progress(`installing ${named.join(', ')} from -proposed`);
  const target = `${job.release}-proposed`;
  await aptInstall(chroot, named, { target, recommends: true });
  await requireUpgraded(chroot, chroot.added);
  await requireNewest(chroot, wanted);
  await requireNewest(chroot, named, target);
  if (allProposed) await requireUnheld(chroot, target);
  return archives;
}

const empty = { repositories: [], proposed: [] as string[], allProposed: false, packages: [], purge: [] };

/** Every package of a kernel, even those on hold: images contain no kernel. */
async function installedKernels(chroot: Chroot): Promise<string[]> {
  const lines = manifestOf(chroot.path).split('\n').filter(Boolean);
  const names = lines.map((line) => line.split(/[\t:]/, 1)[0] ?? '');
  return names.filter(isKernelPackage);
}

function compressionFor({ request }: Workbench) {
  return squashfsCompression(releaseFor(request), request.compression);
}
