import { join } from 'node:path';
import { squashfsCompression } from '../catalog/compression';
import type { Release } from '../catalog/releases';
import { withoutPasswords } from '../errors';
import type { Fetched } from '../job/handed-on/results';
import { made } from '../job/layout';
import { releaseFor } from '../job/releases/release-for';
import { digestOf } from '../machine/digest';
import { manifestOf } from '../machine/dpkg/manifest';
import { writeText } from '../machine/files';
import { progress } from '../machine/log';
import { mountSquashfs } from '../machine/tree/mounts';
import { checkSquashfs, squashfsTime } from '../machine/tree/squashfs';
import type { Base } from './base/base';
import { bringCloudImage } from './base/bring-cloud-image';
import { debianBase } from './base/debian-base';
import { emulated } from './base/emulated';
import { networkOf, searchOf } from './sources/search';
import { findCloudImage } from './streams/find-cloud-image';
import { handOn, serialOf, type Workbench } from './workbench';

/** Fetches the base image that everything else is built on. */
export async function fetch(bench: Workbench): Promise<Fetched> {
  const release = releaseFor(bench.request);
  const { base: given } = bench.request;
  const base = given !== '' ? await givenBase(given) : await baseOf(release, bench);
  const manifest = base.manifest ?? (await writeManifest(base.squashfs, bench));
  return {
    serial: base.serial,
    squashfs: await handOn(bench, made.squashfs(bench.folder), base.squashfs),
    manifest: await handOn(bench, made.manifest(bench.folder), manifest),
    source: base.source,
  };
}

function baseOf(release: Release, bench: Workbench): Promise<Base> {
  // Only bootstrapping runs programs of the target architecture: any machine can download an image for another one.
  return release.family === 'debian'
    ? emulated((emulating) => debianBase(release, emulating))(bench)
    : cloudBase(release, bench);
}

/** Ubuntu's cloud image, from its signed stream. */
async function cloudBase(release: Release, bench: Workbench): Promise<Base> {
  const { request, scratch, cache } = bench;
  const search = await searchOf(bench);
  progress(`looking for ${search.release} ${search.architecture} in ${withoutPasswords(search.stream)}`);
  const warn = (sentence: string) => progress(`warning: ${sentence}`);
  const image = await findCloudImage({ ...search, retried: progress, warn });
  const { serial, squashfs, manifest, source } = await bringCloudImage(image, {
    scratch,
    network: networkOf(request.sources),
    compression: squashfsCompression(release, request.compression),
    ...(cache !== undefined && { cache }),
  });
  const { url: uri, sha256, product } = source;
  return { serial, squashfs, manifest, source: { kind: 'cloud-image', uri, sha256, product } };
}

async function givenBase(squashfs: string): Promise<Base> {
  await checkSquashfs(squashfs);
  progress(`base image ${squashfs}`);
  const source = { kind: 'given', uri: squashfs, sha256: (await digestOf(squashfs)).sha256, product: '' } as const;
  return { serial: serialOf(await squashfsTime(squashfs)), squashfs, source };
}

async function writeManifest(squashfs: string, { scratch }: Workbench): Promise<string> {
  await using image = await mountSquashfs(squashfs, scratch);
  const file = join(scratch, 'squashfs.manifest');
  await writeText(file, manifestOf(image.path));
  return file;
}
