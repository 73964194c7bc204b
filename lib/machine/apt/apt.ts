/* machine/apt: apt in a tree: sources, resolving, downloading, installing. */

import { MirrorError } from '../../errors';
import { requireOffered } from '../image-settings/kept-back';
import { type Command, run } from '../run';
import type { Chroot } from '../tree/chroot';
import { archiveFailure, installFailure } from './apt-errors';
import { requireKnown } from './apt-names';
import type { AptTree } from './apt-tree';
import { usualRepositories } from './debian-archive';

/** One repository, in the words of a deb822 stanza. */
export interface Repository {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Path of a binary keyring on this machine. @default - signedBy */
  readonly keyring?: string | undefined;
  /** Path of a keyring that the image has. @default - the keyrings that its apt trusts */
  readonly signedBy?: string | undefined;
  readonly credentials?: { readonly user: string; readonly password: string } | undefined; // no apt is told
  /** Whether an expired InRelease is refused although this machine's own apt takes it. @default false */
  readonly checkDates?: boolean | undefined;
  /** More fields of its stanza, which win: `Check-Valid-Until` → `no`. @default - none */
  readonly options?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Options of this machine's apt that a build behind the same network needs too: proxies, certificates, date checks. */
const carried =
  /^Acquire::(?:(?:https?|ftp)::(?:Proxy|CAInfo|CAPath|Timeout|Pipeline-Depth)|Check-Date|Check-Valid-Until|Retries|ForceIPv[46])(?:::[^"]*)? "[^"]*";$/i;

/** Lines of apt.conf that this machine's own apt was given and that also hold inside a chroot; none where it has no apt. */
export async function machineAptOptions(): Promise<string[]> {
  try {
    return carriedOptions(await run(['apt-config', 'dump'], { quiet: true }));
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'MissingTool') return []; // Amazon Linux, CodeBuild's for arm64
    throw error;
  }
}

/** @param dump what `apt-config dump` prints */
export function carriedOptions(dump: string): string[] {
  return dump.split('\n').filter((line) => carried.test(line) && !line.endsWith(' "";'));
}

/** Where this machine's own apt takes a release of Debian from, else mmdebstrap; empty where neither knows it. */
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
  // One alone is of no use: Check-Date: no also passes over the end of validity.
  const checked = checkDates ? { 'Check-Date': 'yes', 'Check-Valid-Until': 'yes' } : {};
  for (const [name, value] of Object.entries({ ...checked, ...options })) {
    if (value !== undefined) lines.push(`${name}: ${value}`);
  }
  return `${lines.join('\n')}\n`;
}

/** @throws DownloadFailed for an archive that cannot be reached, NotReady for one that is being updated, BadSignature */
export async function aptUpdate(tree: AptTree): Promise<void> {
  await updateLists((command) => tree.fetch(command));
}

/**
 * Reads the lists of all repositories, or none.
 * @param start runs a command and returns what it printed
 */
export async function updateLists(start: (command: Command) => Promise<string>): Promise<void> {
  const update = aptGet('-o', 'APT::Update::Error-Mode=any', 'update');
  try {
    const printed = await start(['sh', '-c', 'exec "$@" 2>&1', 'sh', ...update]);
    // Before 2.1.16 apt knows no such mode, warns, goes on with what it had before, and ends well.
    if (/^[WE]: Some index files failed to download/m.test(printed)) throw new MirrorError('CommandFailed', printed);
  } catch (error) {
    throw archiveFailure(error);
  }
}

export interface InstallOptions {
  /** Suite whose packages win for this once, whatever its priority. @default - what apt prefers */
  readonly target?: string | undefined;
  /** Whether what packages recommend comes along. @default false */
  readonly recommends?: boolean;
  /** Called when all packages are downloaded and none is installed yet. @default - nothing */
  readonly downloaded?: () => Promise<void>;
}

/**
 * Installs packages: fetches them with the network, then unpacks and configures them without it.
 * @throws NoSuchPackage with the name; KeptBack for what the image has on hold or pinned away; NotReady where the archive
 *   lacks a file that its index names
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

/** Brings every installed package up to date, whatever has to come or go for it, what is recommended included. */
export async function aptDistUpgrade(chroot: AptTree): Promise<void> {
  await aptChange(chroot, [...withRecommends, 'dist-upgrade']);
}

/**
 * Removes packages with their configuration; nothing is fetched.
 * @param options.held whether those on hold go, too. @default false
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

/** Removes what came only for packages that are gone. */
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
