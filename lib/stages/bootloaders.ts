import { join } from 'node:path';
import { type Bootloader, type BootloaderFile, bootloaders } from '../catalog/bootloaders';
import { MirrorError } from '../errors';
import type { BuiltBootloader, BuiltBootloaders, BuiltLoaderItem } from '../job/handed-on/bootloaders';
import { made } from '../job/layout';
import { type DownloadedPackage, downloadPackages } from '../machine/apt/apt-download';
import { makeGrubImage } from '../machine/boot/grub-image';
import type { Network } from '../machine/download/connections';
import { newestTime, takeFiles, unpackPackages } from '../machine/dpkg/package-tree';
import { makeFolder } from '../machine/files';
import { progress } from '../machine/log';
import { makeTarXz, type TarMember } from '../machine/tree/tar';
import { type Archives, bootloaderSources, sourceName } from './loaders/bootloader-sources';
import { handOn, type Workbench } from './workbench';

/** Workbench of the bootloaders stage, without a job or a build request: it builds no image. */
export type LoaderBench = Pick<Workbench, 'store' | 'folder' | 'scratch' | 'tools'>;

export interface BootloadersRequest extends Archives {
  /** Lines of apt.conf. @default none */
  readonly aptOptions?: readonly string[];
  /** @default - this machine's settings */
  readonly network?: Network;
}

/**
 * Downloads every bootloader of the catalogue from the archives and packs it the way MAAS unpacks it.
 * @throws the errors of apt (BadSignature, NotReady, …); BadFormat if a package does not match the catalogue
 */
export async function buildBootloaders(bench: LoaderBench, request: BootloadersRequest): Promise<BuiltBootloaders> {
  const { packages, inReleases } = await download(bench, request);
  const products: BuiltBootloader[] = [];
  for (const loader of bootloaders) {
    const own = (packages.get(sourceName(loader)) ?? []).filter(({ name }) => loader.packages.includes(name));
    products.push(await buildBootloader(loader, own, bench));
  }
  return { products, inReleases };
}

async function download(
  { scratch, tools }: LoaderBench,
  { aptOptions = [], network = {}, ...archives }: BootloadersRequest,
): Promise<{ packages: Map<string, readonly DownloadedPackage[]>; inReleases: string[] }> {
  const found = new Map<string, readonly DownloadedPackage[]>();
  const inReleases: string[] = [];
  for (const { release, architecture, packages: names, repositories } of bootloaderSources(archives)) {
    progress(`downloading bootloaders from ${release} ${architecture}`);
    const name = sourceName({ release, packagesOf: architecture });
    const folder = join(scratch, `apt-${name}`);
    await makeFolder(folder);
    const options = { architecture, repositories, aptOptions, network, scratch: folder, tools };
    const downloaded = await downloadPackages(names, options);
    found.set(name, downloaded.packages);
    inReleases.push(...downloaded.inReleases);
  }
  return { packages: found, inReleases };
}

async function buildBootloader(
  loader: Bootloader,
  packages: readonly DownloadedPackage[],
  bench: LoaderBench,
): Promise<BuiltBootloader> {
  const { os, firmware, architecture } = loader;
  requireKnownSources(loader, packages);
  const items: Record<string, BuiltLoaderItem> = {};
  for (const [item, files] of Object.entries(loader.items)) {
    const own = packages.filter(({ source }) => source === item);
    items[item] = await buildItem(loader, item, files, own, bench);
  }
  return { os, firmware, architecture, items };
}

/** Items are named after source packages, and MAAS expects these names: a loader whose source was renamed is refused. */
function requireKnownSources(
  { firmware, architecture, items }: Bootloader,
  packages: readonly DownloadedPackage[],
): void {
  const wanted = Object.keys(items);
  for (const { name, version, source } of packages) {
    if (wanted.includes(source)) continue;
    throw badPackage(
      `${name} ${version} is built from source package ${source}; the ${firmware} ${architecture} bootloader expects ${wanted.join(' and ')}`,
    );
  }
  const absent = wanted.find((item) => !packages.some(({ source }) => source === item));
  if (absent === undefined) return;
  const seen = packages.map(({ name, version, source }) => `${name} ${version} from ${source}`).join(', ');
  throw badPackage(`no ${firmware} ${architecture} package is built from source package ${absent}: ${seen}`);
}

async function buildItem(
  loader: Bootloader,
  item: string,
  files: readonly BootloaderFile[],
  packages: readonly DownloadedPackage[],
  bench: LoaderBench,
): Promise<BuiltLoaderItem> {
  const { firmware, architecture, release, image } = loader;
  const place = join(bench.scratch, `${firmware}-${architecture}-${item}`);
  const [tree, archive] = [join(place, 'tree'), join(place, 'archive.tar.xz')];
  await makeFolder(tree);
  const version = versionOf(packages);
  await unpackPackages(
    packages.map(({ file }) => file),
    tree,
  );
  const find = async (path: string, to: string) =>
    requireFound(await takeFiles(tree, path, join(place, to)), path, packages);
  const copied = await membersOf(files, find);
  const built = image === undefined ? undefined : await imageOf(image, { place, find }, bench);
  await makeTarXz(built?.members ?? copied, archive, await newestTime((built?.from ?? copied).map(({ file }) => file)));
  const key = made.bootloader(bench.folder, firmware, architecture, item);
  return { artefact: await handOn(bench, key, archive), package: item, version, release };
}

/** pxelinux and its modules are two packages of one source, so their versions must be equal. */
function versionOf(packages: readonly DownloadedPackage[]): string {
  const [first, ...others] = packages;
  const version = first?.version ?? '';
  if (others.every((other) => other.version === version)) return version;
  throw new MirrorError(
    'NotReady',
    `the archive is mid-update: it has ${namesOf(packages)}, which come from one source`,
    {
      hint: 'run the build again later',
    },
  );
}

/** @param to folder for the files, relative to this item's own */
type Find = (path: string, to: string) => Promise<TarMember[]>;

async function membersOf(files: readonly BootloaderFile[], find: Find): Promise<TarMember[]> {
  const found: TarMember[] = [];
  for (const [index, { from, to }] of files.entries()) {
    for (const { name, file } of await find(from, `files-${index}`)) found.push({ name: to ?? name, file });
  }
  return found;
}

/** The image, and the files that it is made from. */
async function imageOf(
  image: NonNullable<Bootloader['image']>,
  { place, find }: { place: string; find: Find },
  { tools }: LoaderBench,
): Promise<{ members: TarMember[]; from: TarMember[] }> {
  // grub-mkimage also reads files other than the modules, by name and through links.
  await find(`${image.modules}/*`, 'modules');
  const from = await find(`${image.modules}/*.mod`, 'loaded');
  const file = join(place, image.output);
  await makeGrubImage(file, {
    format: image.format,
    folder: join(place, 'modules'),
    modules: from.map(({ name }) => name.replace(/\.mod$/, '')),
    config: join(tools, 'bootloaders', image.config),
  });
  return { members: [{ name: image.output, file }], from };
}

function requireFound(files: TarMember[], path: string, packages: readonly DownloadedPackage[]): TarMember[] {
  if (files.length > 0) return files;
  throw badPackage(`${namesOf(packages)} ${packages.length > 1 ? 'do' : 'does'} not contain ${path}`);
}

function namesOf(packages: readonly DownloadedPackage[]): string {
  return packages.map(({ name, version }) => `${name} ${version}`).join(' and ');
}

function badPackage(what: string): MirrorError {
  return new MirrorError('BadFormat', what, {
    hint: 'the packaging has changed in the archive: update maas-mirror',
  });
}
