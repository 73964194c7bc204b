/* bin/releases: releases beyond the catalogue, from streams, distro-info-data and mirror.yaml. */

import { dirname, resolve } from 'node:path';
import { checked } from '../../lib/job/checked';
import { parseConfig } from '../../lib/job/config';
import { isNewer, type ToldRelease } from '../../lib/job/releases/buildable-releases';
import { distroInfoFile, distroInfoReleases } from '../../lib/job/releases/distro-info';
import { certificatesIn, Sources } from '../../lib/job/sources/sources';
import { type NewReleases, newReleases } from '../../lib/stages/releases/new-releases';
import { optionOf } from '../request/option-of';
import { readFile, readKeyring, readText, type SourcesOptions, sourcesFrom } from '../request/sources-from';
import { textOf } from './described-requests';
import { withStreamBench } from './stream-bench';

export interface ToldOptions extends Omit<SourcesOptions, 'stream'> {
  /** `true`: the public one. @default - no stream is read */
  readonly stream?: string | true;
  /** A mirror.yaml, whose catalogue and sources count. */
  readonly config?: string;
}

type Config = ReturnType<typeof parseConfig>;

/**
 * What distro-info-data, a stream and a mirror.yaml tell of releases, in this order: the later counts more.
 * @param distroInfo text of distro-info-data. @default - this machine's, where it has one
 * @param warn is told, in a line each, of what is left out
 */
export async function toldReleases(
  options: ToldOptions,
  { distroInfo = textOf(distroInfoFile) ?? '' }: { readonly distroInfo?: string },
  warn: (line: string) => void,
): Promise<ToldRelease[]> {
  const { config: file } = options;
  const config = file === undefined ? undefined : parseConfig(readText(file, '--config'), file);
  const streamed = await fromStream(options, config);
  for (const { name, fault } of streamed.odd) warn(`${name} is left out: ${fault} (stream)`);
  return [
    ...distroInfoReleases(distroInfo)
      .filter(({ facts: { version = '' } }) => isNewer(version))
      .map((one) => ({ ...one, source: 'distro-info' as const })),
    ...streamed.releases.map((one) => ({ ...one, source: 'stream' as const })),
    ...Object.entries(config?.catalogue?.releases ?? {}).map(([name, facts]) => {
      return { name, facts, source: 'mirror.yaml' as const };
    }),
  ];
}

const releasesHelp = 'run `maas-mirror releases --help` for usage';

async function fromStream(
  { stream, config: file, ...options }: ToldOptions,
  config: Config | undefined,
): Promise<NewReleases> {
  if (stream === undefined) return { releases: [], odd: [] };
  const given = sourcesFrom({ ...options, ...(stream !== true && { stream }) });
  const name = { optionOf: (field: string, seen: string) => optionOf(`sources.${field}`, seen) };
  const sources = checked(Sources, { ...sourcesOfConfig(config, file), ...given }, name, releasesHelp);
  return withStreamBench((bench) => newReleases(sources, bench));
}

/** Files are named relative to it. */
function sourcesOfConfig(config: Config | undefined, file = ''): object {
  const { stream, streamKeyring, proxy, ca } = config?.sources ?? {};
  const beside = (path: string) => resolve(dirname(file), path);
  return {
    ...(stream !== undefined && { stream }),
    ...(streamKeyring !== undefined && {
      streamKeyringData: readKeyring(beside(streamKeyring), file).toString('base64'),
    }),
    ...(proxy !== undefined && { proxy }),
    ...(ca !== undefined && { caData: certificatesIn(readFile(beside(ca), file), ca) }),
  };
}
