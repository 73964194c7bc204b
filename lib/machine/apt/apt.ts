/* machine/apt: apt in a tree: sources, dependency resolution, downloads, installation. */

import { MirrorError } from '../../errors';
import { requireOffered } from '../image-settings/kept-back';
import { type Command, run } from '../run';
import type { Chroot } from '../tree/chroot';
import { archiveFailure, installFailure } from './apt-errors';
import { requireKnown } from './apt-names';
import type { AptTree } from './apt-tree';
import { usualRepositories } from './debian-archive';

/** One repository, with the fields of a deb822 stanza. */
export interface Repository {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Path of a binary keyring on this machine. @default - signedBy */
  readonly keyring?: string | undefined;
  /** Path of a keyring in the image. @default - the keyrings that its apt trusts */
  readonly signedBy?: string | undefined;
  readonly credentials?: { readonly user: string; readonly password: string } | undefined; // never written into an apt configuration
  /** Whether to refuse an expired InRelease even if this machine's apt accepts it. @default false */
  readonly checkDates?: boolean | undefined;
  /** Additional fields of its stanza, which take precedence: `Check-Valid-Until` → `no`. @default - none */
  readonly options?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Options of this machine's apt that a build on the same network needs, too: proxies, certificates, date checks. */
const carried =
  /^Acquire::(?:(?:https?|ftp)::(?:Proxy|CAInfo|CAPath|Timeout|Pipeline-Depth)|Check-Date|Check-Valid-Until|Retries|ForceIPv[46])(?:::[^"]*)? "[^"]*";$/i;

/** Lines of this machine's apt.conf that also apply inside a chroot; none if the machine has no apt. */
export async function machineAptOptions(): Promise<string[]> {
  try {
    return carriedOptions(await run(['apt-config', 'dump'], { quiet: true }));
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'MissingTool') return []; // Amazon Linux, CodeBuild's image for arm64
    throw error;
  }
}

/** @param dump output of `apt-config dump` */
export function carriedOptions(dump: string): string[] {
  return dump.split('\n').filter((line) => carried.test(line) && !line.endsWith(' "";'));
}

/** The repositories from which this machine's apt, or else mmdebstrap, gets a Debian release; empty if neither has it. */
export async function machineRepositories(release: string): Promise<Repository[]> {
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)';
  const targets = await run(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages'], {
    quiet: true,
  }).catch(() => '');
  const own = repositoriesOf(targets, release);
  return own.length > 0 ? own : usualRepositories(release);
}

/** @param targets lines of `URI release component origin` */
export function repositoriesOf(targets: string, release: string): Repository[] {
  const suites = [release, `${release}-updates`, `${release}-security`];
  const found = new Map<string, { uri: string; suite: string; components: string[] }>();
  for (const line of new Set(targets.split('\n'))) {
    const [uri = '', suite = '', component = '', origin] = line.split(' ');
    if (origin !== 'Debian' || !suites.includes(suite)) continue;
    const repository = found.get(`${uri} ${suite}`) ?? { uri, suite, components: [] };
    repository.components.push(component);
    found.set(`${uri} ${suite}`, repository);
  }
  return [...found.values()];
}

/** A deb822 stanza. */
export function stanzaOf(
  { uri, suite, components, checkDates = false, options }: Repository,
  keyring?: string,
): string {
  const lines = [`Types: deb`, `URIs: ${uri}`, `Suites: ${suite}`];
  if (components.length > 0) lines.push(`Components: ${components.join(' ')}`);
  if (keyring !== undefined) lines.push(`Signed-By: ${keyring}`);
  // Both are needed: Check-Date: no also disables Check-Valid-Until.
  const checked = checkDates ? { 'Check-Date': 'yes', 'Check-Valid-Until': 'yes' } : {};
  for (const [name, value] of Object.entries({ ...checked, ...options })) {
    if (value !== undefined) lines.push(`${name}: ${value}`);
  }
  return `${lines.join('\n')}\n`;
}

/** @throws DownloadFailed if an archive cannot be reached; NotReady if one is being updated; BadSignature */
export async function aptUpdate(tree: AptTree): Promise<void> {
  await updateLists((command) => tree.fetch(command));
}

/**
 * Reads the package lists of all repositories; fails if any of them cannot be read.
 * @param start runs a command and returns its output
 */
export async function updateLists(start: (command: Command) => Promise<string>): Promise<void> {
  const update = aptGet('-o', 'APT::Update::Error-Mode=any', 'update');
  try {
    const printed = await start(['sh', '-c', 'exec "$@" 2>&1', 'sh', ...update]);
    // apt before 2.1.16 has no Error-Mode: it warns, keeps the old lists and exits with 0.
    if (/^[WE]: Some index files failed to download/m.test(printed)) throw new MirrorError('CommandFailed', printed);
  } catch (error) {
    throw archiveFailure(error);
  }
}

export interface InstallOptions {
  /** Suite to prefer for this command, whatever its priority. @default - apt's own choice */
  readonly target?: string | undefined;
  /** Whether to install recommended packages. @default false */
  readonly recommends?: boolean;
  /** Called after all packages are downloaded and before any is installed. @default - nothing */
  readonly downloaded?: () => Promise<void>;
}

/**
 * Installs packages: downloads them with the network, then unpacks and configures them without it.
 * @throws NoSuchPackage with the name; KeptBack for packages that the image holds or excludes by a pin; NotReady if the
 *   archive lacks a file that its index lists
 */
export async function aptInstall(
  chroot: AptTree,
  packages: readonly string[],
  { target, recommends = false, downloaded }: InstallOptions = {},
): Promise<void> {
  if (packages.length === 0) return;
  await requireKnown(chroot, packages);
  const words = [...targetWords(target), ...(recommends ? withRecommends : []), 'install', ...packages];
  try {
    await aptChange(chroot, words, downloaded);
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'NoSuchPackage') await requireOffered(chroot, packages, target);
    throw error;
  }
}

const withRecommends = ['--install-recommends'];

/** Upgrades all installed packages, adding and removing packages as needed, recommended ones included. */
export async function aptDistUpgrade(chroot: AptTree): Promise<void> {
  await aptChange(chroot, [...withRecommends, 'dist-upgrade']);
}

/**
 * Removes packages with their configuration; downloads nothing.
 * @param options.held whether to remove held packages, too. @default false
 * @throws NoSuchPackage; KeptBack for a package on hold
 */
export async function aptPurge(
  chroot: Chroot,
  packages: readonly string[],
  { held = false }: { readonly held?: boolean } = {},
): Promise<void> {
  if (packages.length === 0) return;
  await requireKnown(chroot, packages);
  try {
    await chroot.run(aptGet(...(held ? ['--allow-change-held-packages'] : []), 'purge', ...packages));
  } catch (error) {
    throw archiveFailure(error);
  }
}

/** Removes packages that were installed only as dependencies of removed ones. */
export async function aptAutoremove(chroot: Chroot): Promise<void> {
  await chroot.run(aptGet('autoremove'));
}

export const targetWords = (target?: string): string[] => (target === undefined ? [] : ['--target-release', target]);

async function aptChange(
  chroot: AptTree,
  words: readonly string[],
  downloaded: InstallOptions['downloaded'] = async () => {},
): Promise<void> {
  try {
    await chroot.fetch(aptGet('--download-only', ...words));
  } catch (error) {
    throw archiveFailure(error);
  }
  await downloaded();
  try {
    await chroot.run(aptGet('--no-download', ...words));
  } catch (error) {
    throw installFailure(error);
  }
}

export function aptGet(...words: string[]): Command {
  const dpkg = [
    '-o',
    'Dpkg::Options::=--force-confold',
    '-o',
    'Dpkg::Options::=--force-unsafe-io',
    '-o',
    'Dpkg::Use-Pty=0',
  ];
  return ['apt-get', '--quiet', '--assume-yes', ...dpkg, ...words];
}
