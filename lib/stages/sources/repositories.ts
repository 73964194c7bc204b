/* stages/sources: where packages and images come from. */

import { join } from 'node:path';
import { MirrorError } from '../../errors';
import { archiveSources, type ImageSource } from '../../job/sources/apt-sources';
import { machineRepositories, type Repository } from '../../machine/apt/apt';
import { writeBytes } from '../../machine/bytes';
import { sha256Of } from '../../sha256';
import type { Workbench } from '../workbench';
import { withCredentials } from './source-credentials';

/** The release's own repositories, in apt's form; keyrings of the build request are written to files. */
export async function archiveRepositories(bench: Workbench): Promise<Repository[]> {
  return repositoriesOf(archiveSources(bench.request, bench.job.architecture), bench);
}

/**
 * The same; if a build names no archive, as it may for Debian, those in this machine's apt configuration, or
 * else Debian's.
 * @throws NotSupported if there are none
 */
export async function releaseRepositories(bench: Workbench): Promise<readonly Repository[]> {
  const named = await archiveRepositories(bench);
  if (named.length > 0) return named;
  const { release } = bench.job;
  const machines = await machineRepositories(release);
  if (machines.length > 0) return machines;
  throw new MirrorError(
    'NotSupported',
    `neither this machine's apt configuration nor mmdebstrap knows an archive for ${release}`,
    {
      hint: 'give one with --archive URL or sources.archive',
    },
  );
}

/** Sources in apt's form: keyrings become files, and credentials are removed from addresses. */
export async function repositoriesOf(
  sources: readonly ImageSource[],
  { scratch, secretOf }: Pick<Workbench, 'scratch' | 'secretOf'>,
): Promise<Repository[]> {
  return Promise.all(
    (await withCredentials(sources, secretOf)).map(async ({ keyringData, ...source }) => {
      if (keyringData === undefined) return source;
      const file = join(scratch, 'keyrings', `${sha256Of(keyringData).slice(0, 16)}.gpg`);
      await writeBytes(file, Buffer.from(keyringData, 'base64'));
      return { ...source, keyring: file };
    }),
  );
}
