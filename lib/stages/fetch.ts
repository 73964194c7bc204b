import { join } from 'node:path';
import { type Release, releaseOf } from '../catalog/releases';
import { MirrorError } from '../errors';
import { runs } from '../job/layout';
import type { Fetched, ImageSource } from '../job/results';
import { machineAptOptions, machineRepositories } from '../machine/apt';
import { digestOf } from '../machine/digest';
import { makeFolder, readFolder, writeText } from '../machine/files';
import { inReleaseTime, readInRelease } from '../machine/in-release';
import { progress } from '../machine/log';
import { manifestOf } from '../machine/manifest';
import { bootstrap } from '../machine/mmdebstrap';
import { mountSquashfs } from '../machine/mounts';
import { checkSquashfs, makeSquashfs, publishedCompression, squashfsTime } from '../machine/squashfs';
import { archiveRepositories } from './repositories';
import { handOn, serialOf, type Workbench } from './workbench';

/** Brings the base image that everything else is built on. */
export async function fetch(bench: Workbench): Promise<Fetched> {
  const release = releaseOf(bench.job.release);
  const { base: given } = bench.order;
  const base = given !== '' ? await givenBase(given) : await bootstrapped(release, bench);
  const manifest = await writeManifest(base.squashfs, bench);
  return {
    serial: base.serial,
    squashfs: await handOn(bench, runs.baseSquashfs(bench.job), base.squashfs),
    manifest: await handOn(bench, runs.baseManifest(bench.job), manifest),
    source: base.source,
  };
}

interface Base {
  readonly serial: string;
  readonly squashfs: string;
  readonly source: ImageSource;
}

async function givenBase(squashfs: string): Promise<Base> {
  await checkSquashfs(squashfs);
  progress(`base image ${squashfs}`);
  const source = { kind: 'given', uri: squashfs, sha256: (await digestOf(squashfs)).sha256, product: '' } as const;
  return { serial: serialOf(await squashfsTime(squashfs)), squashfs, source };
}

/** What a machine needs to be commissioned by cloud-init, and its initramfs to boot from the network. */
const debianPackages = [
  ...['systemd-sysv', 'dbus', 'cloud-init', 'netplan.io', 'openssh-server', 'sudo', 'iproute2', 'ca-certificates'],
  ...['initramfs-tools', 'overlayroot', 'cloud-initramfs-dyn-netconf', 'open-iscsi', 'lsb-release'],
];

/** Debian publishes no image to start from, so one is made from its archive. */
async function bootstrapped(release: Release, bench: Workbench): Promise<Base> {
  const { job, scratch } = bench;
  if (release.family !== 'debian') {
    throw new MirrorError('NotSupported', `there is no cloud-image source for ${release.name} yet`, {
      hint: 'give a squashfs of it with --base FILE, or build bookworm',
    });
  }
  const ordered = await archiveRepositories(bench);
  const repositories = ordered.length > 0 ? ordered : await machineRepositories(release.name);
  const lists = join(scratch, 'lists');
  const tree = join(scratch, 'base');
  const squashfs = join(scratch, 'base.squashfs');
  await makeFolder(lists);

  const announced = await Promise.all(repositories.map(readInRelease));
  const epoch = newest(announced);
  progress(`bootstrapping ${release.name} ${job.architecture}`);
  const [packages, aptOptions] = [debianPackages, await machineAptOptions()];
  const options = { release: release.name, architecture: job.architecture, packages, repositories, aptOptions, lists };
  await bootstrap(tree, epoch === undefined ? options : { ...options, epoch: startOfDay(epoch) });

  const verified = newest((await readFolder(lists, /InRelease$/)).map(({ text }) => text));
  if (verified === undefined) {
    throw new MirrorError('NotReady', 'the archive has no InRelease file with a Date', {
      hint: 'give another archive with --archive URL',
    });
  }
  progress('packing the base image');
  await makeSquashfs(tree, squashfs, { compression: publishedCompression, epoch: startOfDay(verified) });
  const uri = repositories.map((one) => `${one.uri} ${one.suite}`).join(', ');
  return { serial: serialOf(verified), squashfs, source: { kind: 'bootstrap', uri, sha256: '', product: '' } };
}

async function writeManifest(squashfs: string, { scratch }: Workbench): Promise<string> {
  await using image = await mountSquashfs(squashfs, scratch);
  const file = join(scratch, 'squashfs.manifest');
  await writeText(file, await manifestOf(image.path));
  return file;
}

/** Debian has no image serial: what counts is the day on which the newest of its parts was written. */
function newest(inReleases: readonly (string | undefined)[]): number | undefined {
  const times = inReleases.map((text) => (text === undefined ? undefined : inReleaseTime(text)));
  return times.includes(undefined) || times.length === 0 ? undefined : Math.max(...(times as number[]));
}

/** Two builds on one day then agree on every date, as the serial does. */
function startOfDay(epoch: number): number {
  return epoch - (epoch % 86_400);
}
