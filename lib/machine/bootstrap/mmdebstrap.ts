import { join } from 'node:path';
import { MirrorError } from '../../errors';
import { type DownloadOptions, downloadPackages } from '../apt/apt-download';
import { makeFolder } from '../files';
import { progress } from '../log';
import { type Command, run } from '../run';

/**
 * The mmdebstrap that makes trees: this machine's, or that of the release itself if this machine's is too old. Debian 11's
 * (0.7.5) and Ubuntu 22.04's (0.8.4) mount /proc and /sys even with --skip=chroot/mount.
 * @param options how to download it; the scratch folder need not exist
 * @returns its path; undefined if it is this machine's
 * @throws NotSupported if this machine's apt or the release's mmdebstrap is too old; the errors of downloadPackages
 */
export async function recentMmdebstrap(options: DownloadOptions): Promise<string | undefined> {
  const own = await versionOf(['mmdebstrap']);
  if (own === undefined || isRecent(own)) return undefined; // if it is missing, the download fails with MissingTool
  const apt = await versionOf(['apt-get']);
  if (apt !== undefined && !knowsPatterns(apt)) throw tooOld(`mmdebstrap ${own} and apt ${apt} of this machine are`);
  progress(`mmdebstrap ${own} of this machine is too old: taking that of the release`);
  const { scratch } = options;
  await makeFolder(scratch);
  const { packages } = await downloadPackages(['mmdebstrap'], options);
  const folder = join(scratch, 'unpacked');
  await makeFolder(folder);
  for (const { file } of packages) await run(['dpkg-deb', '--extract', file, folder], { quiet: true });
  const program = join(folder, 'usr/bin/mmdebstrap');
  const theirs = await versionOf([program]);
  if (theirs === undefined || !isRecent(theirs)) throw tooOld(`mmdebstrap ${theirs ?? own} of the release is`);
  return program;
}

/** @returns undefined if the program is missing or prints no version */
async function versionOf(program: Command): Promise<string | undefined> {
  const printed = await run([...program, '--version'], { quiet: true }).catch(() => '');
  return /^(?:mmdebstrap|apt) (\d[\d.]{0,20})/m.exec(printed)?.[1];
}

function isRecent(version: string): boolean {
  return !version.startsWith('0.');
}

/** download.sh uses patterns such as ?priority, which apt has since 2.3.14. */
function knowsPatterns(apt: string): boolean {
  const [major = 0, minor = 0] = apt.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 4);
}

function tooOld(what: string): MirrorError {
  return new MirrorError('NotSupported', `${what} too old to make an image of Debian`, {
    hint: 'build Debian on Debian 12, Ubuntu 22.04 or newer; Ubuntu images are built without mmdebstrap',
  });
}
