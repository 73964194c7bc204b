import { join } from 'node:path';
import { archiveSources, type ImageSource } from '../job/apt-sources';
import { machineRepositories, type Repository } from '../machine/apt';
import { writeBytes } from '../machine/bytes';
import { sha256OfText } from '../machine/digest';
import { withCredentials } from './source-credentials';
import type { Workbench } from './workbench';

/** The release's own repositories, as apt is told of them; keyrings that the order brings are laid beside. */
export async function archiveRepositories(bench: Workbench): Promise<Repository[]> {
  return repositoriesOf(archiveSources(bench.order, bench.job.architecture), bench);
}

/**
 * The same, all of them told: where a build names none, as it may for Debian, those of this machine's apt, else where
 * Debian offers the release to everybody.
 */
export async function releaseRepositories(bench: Workbench): Promise<readonly Repository[]> {
  const ordered = await archiveRepositories(bench);
  if (ordered.length > 0) return ordered;
  const machines = await machineRepositories(bench.job.release);
  return machines.length > 0 ? machines : publicRepositories(bench.job.release);
}

/** For machines of another distribution, which have Debian's keys where host-tools.sh installs them. */
export function publicRepositories(release: string): Repository[] {
  const common = { components: ['main'], keyring: '/usr/share/keyrings/debian-archive-keyring.gpg' };
  return [
    { uri: 'http://archive.invalid/debian', suite: release, ...common },
    { uri: 'http://archive.invalid/debian', suite: `${release}-updates`, ...common },
    { uri: 'http://archive.invalid/debian-security', suite: `${release}-security`, ...common },
  ];
}

/** Sources as apt is told of them: keyrings become files, credentials leave the addresses. */
export async function repositoriesOf(
  sources: readonly ImageSource[],
  { scratch, secretOf }: Pick<Workbench, 'scratch' | 'secretOf'>,
): Promise<Repository[]> {
  return Promise.all(
    (await withCredentials(sources, secretOf)).map(async ({ keyring, ...source }) => {
      if (keyring === undefined) return source;
      const file = join(scratch, 'keyrings', `${sha256OfText(keyring).slice(0, 16)}.gpg`);
      await writeBytes(file, Buffer.from(keyring, 'base64'));
      return { ...source, keyring: file };
    }),
  );
}
