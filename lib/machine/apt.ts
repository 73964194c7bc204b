import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { archiveFailure } from './apt-errors';
import type { Chroot } from './chroot';
import { type Command, run } from './run';

/** One repository, in the words of a deb822 stanza. */
export interface Repository {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Path of a binary keyring on this machine. @default - signedBy */
  readonly keyring?: string | undefined;
  /** Path of a keyring that the image has. @default - the keyrings that its apt trusts */
  readonly signedBy?: string | undefined;
}

/** Options of this machine's apt that a build behind the same network needs too: proxies, certificates, date checks. */
const carried =
  /^Acquire::(?:(?:https?|ftp)::(?:Proxy|CAInfo|CAPath|Timeout|Pipeline-Depth)|Check-Date|Check-Valid-Until|Retries|ForceIPv[46])(?:::[^"]*)? ".*";$/i;

/** Lines of apt.conf that this machine's own apt was given and that also hold inside a chroot. */
export async function machineAptOptions(): Promise<string[]> {
  return carriedOptions(await run(['apt-config', 'dump'], { quiet: true }));
}

/** @param dump what `apt-config dump` prints */
export function carriedOptions(dump: string): string[] {
  return dump.split('\n').filter((line) => carried.test(line) && !line.endsWith(' "";'));
}

/** Where this machine's own apt takes a release of Debian from; empty where it knows none. */
export async function machineRepositories(release: string): Promise<Repository[]> {
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)';
  const targets = await run(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages'], {
    quiet: true,
  }).catch(() => '');
  return repositoriesOf(targets, release);
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
export function stanzaOf({ uri, suite, components }: Repository, keyring?: string): string {
  const lines = [`Types: deb`, `URIs: ${uri}`, `Suites: ${suite}`, `Components: ${components.join(' ')}`];
  return `${[...lines, ...(keyring === undefined ? [] : [`Signed-By: ${keyring}`])].join('\n')}\n`;
}

/** Puts this build's apt settings into an image; repositories given replace the image's own. */
export async function configureApt(
  root: string,
  repositories: readonly Repository[],
  options: readonly string[],
): Promise<void> {
  const apt = join(root, 'etc/apt');
  await mkdir(join(apt, 'apt.conf.d'), { recursive: true });
  const settings = [
    ...options,
    'Acquire::Languages "none";',
    'APT::Install-Recommends "false";',
    'Acquire::Retries "3";',
  ];
  await writeFile(join(apt, 'apt.conf.d/99maas-mirror'), `${settings.join('\n')}\n`);
  if (repositories.length === 0) return;

  await rm(join(apt, 'sources.list'), { force: true });
  await rm(join(apt, 'sources.list.d'), { recursive: true, force: true });
  await mkdir(join(apt, 'sources.list.d'), { recursive: true });
  const stanzas: string[] = [];
  for (const [index, repository] of repositories.entries()) {
    const inside = `/usr/share/keyrings/maas-mirror-${index}.gpg`;
    if (repository.keyring !== undefined) await copyFile(repository.keyring, join(root, inside));
    stanzas.push(stanzaOf(repository, repository.keyring === undefined ? repository.signedBy : inside));
  }
  await writeFile(join(apt, 'sources.list.d/maas-mirror.sources'), stanzas.join('\n'));
}

/** @throws DownloadFailed for an archive that cannot be reached, NotReady for one that is being updated, BadSignature */
export async function aptUpdate(chroot: Chroot): Promise<void> {
  try {
    await chroot.run(aptGet('-o', 'APT::Update::Error-Mode=any', 'update'), { network: true });
  } catch (error) {
    throw archiveFailure(error);
  }
}

/**
 * Installs packages: fetches them with the network, then unpacks and configures them without it.
 * @throws NoSuchPackage with the name; NotReady where the archive lacks a file that its index names
 */
export async function aptInstall(
  chroot: Chroot,
  packages: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  if (packages.length === 0) return;
  try {
    await chroot.run(aptGet('--download-only', 'install', ...packages), { network: true, env });
  } catch (error) {
    throw archiveFailure(error);
  }
  await chroot.run(aptGet('--no-download', 'install', ...packages), { env });
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
