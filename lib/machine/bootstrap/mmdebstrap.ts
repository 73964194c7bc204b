import { join } from 'node:path';
import { MirrorError } from '../../errors';
import { type DownloadOptions, downloadPackages } from '../apt/apt-download';
import { takeFiles, unpackPackages } from '../dpkg/package-tree';
import { makeFolder } from '../files';
import { progress } from '../log';
import { run } from '../run';

/**
 * The mmdebstrap that installs packages in the sandbox: this machine's, or that of the release itself if this machine's is
 * too old. Debian 11's (0.7.5) and Ubuntu 22.04's (0.8.4) mount /proc and /sys even with --skip=chroot/mount. Nothing of
 * the release's is run here: it comes from the archive of an image, whose programs run in the sandbox only.
 * @param options how to download it; the scratch folder need not exist
 * @returns path of the program, which is not executable; undefined if it is this machine's
 * @throws NotSupported if this machine's apt or the release's mmdebstrap is too old; NoSuchPackage if its package has no
 *   such program; the errors of downloadPackages
 */
export async function recentMmdebstrap(options: DownloadOptions): Promise<string | undefined> {
  const own = await versionOf('mmdebstrap');
  if (own === undefined || isRecent(own)) return undefined; // if it is missing, the download fails with MissingTool
  const apt = await versionOf('apt-get');
  if (apt !== undefined && !knowsPatterns(apt))
    throw tooOld(`mmdebstrap ${own} and apt ${apt} of this machine are`, newerMachine);
  progress(`mmdebstrap ${own} of this machine is too old: taking that of the release`);
  const { scratch } = options;
  await makeFolder(scratch);
  const { packages } = await downloadPackages(['mmdebstrap'], options);
  const old = packages.find(({ version }) => !isRecent(version));
  if (old !== undefined) throw tooOld(`mmdebstrap ${old.version} of the release is`, ownUsed);
  const tree = join(scratch, 'unpacked');
  await makeFolder(tree);
  await unpackPackages(
    packages.map(({ file }) => file),
    tree,
  );
  const [program] = await takeFiles(tree, 'usr/bin/mmdebstrap', join(scratch, 'taken'));
  if (program !== undefined) return program.file;
  throw new MirrorError('NoSuchPackage', 'the package mmdebstrap of the release does not contain /usr/bin/mmdebstrap', {
    hint: 'specify an archive that has it with --archive, or build on Debian 12 or Ubuntu 24.04',
  });
}

/** @returns undefined if the program is missing or prints no version */
async function versionOf(program: string): Promise<string | undefined> {
  const printed = await run([program, '--version'], { quiet: true }).catch(() => '');
  return /^(?:mmdebstrap|apt) (\d[\d.]{0,20})/m.exec(printed)?.[1];
}

/** @param version of the program, or of its package, which may have an epoch */
function isRecent(version: string): boolean {
  return !/^(?:\d+:)?0\./.test(version);
}

/** download.sh uses patterns such as ?priority, which apt has since 2.3.14. */
function knowsPatterns(apt: string): boolean {
  const [major = 0, minor = 0] = apt.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 4);
}

function tooOld(what: string, hint: string): MirrorError {
  return new MirrorError('NotSupported', `${what} too old to make an image of Debian`, { hint });
}

const newerMachine = 'build Debian on Debian 12, Ubuntu 22.04 or newer; Ubuntu images are built without mmdebstrap';
const ownUsed = 'build on Debian 12 or Ubuntu 24.04, whose own mmdebstrap is used, or specify another --archive';
