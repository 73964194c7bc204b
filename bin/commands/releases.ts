import { dirname, resolve } from 'node:path';
import { describedRelease, factsFault } from '../../lib/catalog/described';
import { architecturesOf, kernelsOf } from '../../lib/catalog/kernels';
import { releases as catalogue, findRelease, type Release, releaseOf } from '../../lib/catalog/releases';
import { supportAt } from '../../lib/catalog/support';
import { distroInfoFile, distroInfoReleases } from '../../lib/job/catalogue/distro-info';
import type { AboutRelease, FactsSource, ReleaseFacts } from '../../lib/job/catalogue/facts';
import { toldBy } from '../../lib/job/catalogue/release-for';
import { checked } from '../../lib/job/checked';
import { parseConfig } from '../../lib/job/config';
import { Places } from '../../lib/job/sources/places';
import { factsOfStream } from '../../lib/stages/releases/described-order';
import { streamReleases } from '../../lib/stages/releases/stream';
import { streamOf } from '../../lib/stages/sources/search';
import { type PlacesOptions, placesFrom, readFile, readKeyring, readText } from '../order/places-from';
import { textOf } from '../releases/described-orders';
import { withStreamBench } from '../releases/stream-bench';
import { type Column, table } from '../terminal/table';
import type { Terminal } from '../terminal/terminal';

export interface ReleasesOptions extends Omit<PlacesOptions, 'stream'> {
  /** `true`: the public one. @default - no stream is read */
  readonly stream?: string | true;
  /** A mirror.yaml, whose catalogue and places count. */
  readonly config?: string;
  readonly json?: boolean;
}

export interface ReleasesBench {
  readonly now: Date;
  /** Text of this machine's distro-info-data. @default - what is there */
  readonly distroInfo?: string | undefined;
}

/** Prints the releases that can be built. @returns the exit code */
export async function runReleases(options: ReleasesOptions, terminal: Terminal, bench: ReleasesBench): Promise<number> {
  const config =
    options.config === undefined ? undefined : parseConfig(readText(options.config, '--config'), options.config);
  const streamed = await fromStream(options, config, terminal);
  const facts = [
    ...distroInfoReleases('distroInfo' in bench ? (bench.distroInfo ?? '') : (textOf(distroInfoFile) ?? ''))
      .filter(({ facts: { version = '' } }) => version > newest)
      .map((one) => ({ ...one, source: 'distro-info' as const })),
    ...streamed.map((one) => ({ ...one, source: 'stream' as const })),
    ...Object.entries(config?.catalogue?.releases ?? {}).map(([name, own]) => {
      return { name, facts: own, source: 'mirror.yaml' as const };
    }),
  ];
  const rows = rowsOf(facts, bench.now, (line) => terminal.err(line));
  if (options.json) terminal.out(JSON.stringify(rows, undefined, 2));
  else for (const line of table(columns, rows)) terminal.out(line);
  return 0;
}

/** A release that can be built. */
interface ReleaseRow {
  readonly release: string;
  readonly os: string;
  readonly version: string;
  readonly title: string;
  readonly codename: string;
  readonly architectures: readonly string[];
  /** That any of its architectures has. */
  readonly kernels: readonly string[];
  /** Who told of it. */
  readonly source: string;
  readonly support: string;
  readonly supportEol: string;
  readonly supportEsmEol: string;
}

interface Told {
  readonly name: string;
  readonly facts: ReleaseFacts;
  readonly source: FactsSource;
}

/** Newest of Ubuntu's that this version knows. */
const newest = catalogue
  .filter(({ family }) => family === 'ubuntu')
  .map(({ version }) => version)
  .reduce((a, b) => (a > b ? a : b));

/** Those of the catalogue, and others by all that is told of them; of two that tell a thing the later counts. */
function rowsOf(told: readonly Told[], now: Date, warn: (line: string) => void): ReleaseRow[] {
  const others = Map.groupBy(told, ({ name }) => name);
  const names = [...catalogue.map(({ name }) => name), ...[...others.keys()].filter((name) => !findRelease(name))];
  const rows = names.flatMap((name): ReleaseRow[] => {
    const own = others.get(name) ?? [];
    if (own.length === 0) return [rowOf(releaseOf(name), undefined, now)];
    const about: AboutRelease = Object.assign({}, ...own.map(({ facts }) => facts), {
      sources: own.map(({ source }) => source).reverse(),
    });
    const isVersionless = about.version === undefined && findRelease(name) === undefined;
    const fault = isVersionless ? 'nothing says its version' : factsFault(name, about);
    if (fault === undefined) return [rowOf(describedRelease(name, about), about, now)];
    warn(`${name} is left out: ${fault} (${about.sources.join(' and ')})`);
    return [];
  });
  return rows.sort((a, b) => (a.os === b.os ? (a.version < b.version ? -1 : 1) : a.os < b.os ? 1 : -1));
}

function rowOf(release: Release, about: AboutRelease | undefined, now: Date): ReleaseRow {
  const { name, os, version, title, codename, supportEol, supportEsmEol } = release;
  const built = kernelsOf(release).filter((kernel) => kernel.built);
  return {
    release: name,
    ...{ os, version, title, codename },
    architectures: architecturesOf(release),
    kernels: [...new Set(built.map((kernel) => kernel.name))],
    source: toldBy({ release: name, about }),
    support: supportAt(release, now),
    ...{ supportEol, supportEsmEol },
  };
}

async function fromStream(
  { stream, config: file, ...options }: ReleasesOptions,
  config: ReturnType<typeof parseConfig> | undefined,
  terminal: Terminal,
): Promise<{ name: string; facts: ReleaseFacts }[]> {
  if (stream === undefined) return [];
  const given = placesFrom({ ...options, ...(stream !== true && { stream }) });
  const places = checked(Places, { ...placesOfConfig(config, file), ...given }, 'what was asked for');
  return withStreamBench(async (bench) => {
    const { stream: address, ...search } = await streamOf({ ...bench, order: { places } });
    const { releases, odd } = await streamReleases(address, search);
    const unknown = <T extends { readonly name: string }>(list: readonly T[]) =>
      list.filter(({ name }) => !findRelease(name));
    for (const { name, fault } of unknown(odd).filter(({ version }) => version > newest))
      terminal.err(`${name} is left out: ${fault} (stream)`);
    return unknown(releases)
      .filter(({ version }) => version > newest)
      .map((one) => ({ name: one.name, facts: factsOfStream(one) }));
  });
}

/** Files are named relative to it. */
function placesOfConfig(config: ReturnType<typeof parseConfig> | undefined, file = ''): object {
  const { stream, streamKeyring, proxy, ca } = config?.places ?? {};
  const beside = (path: string) => resolve(dirname(file), path);
  return {
    ...(stream !== undefined && { stream }),
    ...(streamKeyring !== undefined && { streamKeyring: readKeyring(beside(streamKeyring), file).toString('base64') }),
    ...(proxy !== undefined && { proxy }),
    ...(ca !== undefined && { ca: readFile(beside(ca), file).toString() }),
  };
}

const columns: readonly Column<ReleaseRow>[] = [
  { heading: 'RELEASE', cell: ({ release }) => release },
  { heading: 'VERSION', cell: ({ title }) => title },
  { heading: 'NAME', cell: ({ codename }) => codename },
  { heading: 'SUPPORT', cell: supportCell },
  { heading: 'FROM', cell: ({ source }) => source },
  { heading: 'ARCHITECTURES', cell: ({ architectures }) => architectures.join(',') },
  { heading: 'FLAVOURS', cell: ({ kernels }) => kernels.join(',') },
];

function supportCell({ support, supportEol, supportEsmEol }: ReleaseRow): string {
  if (support === 'standard') return `until ${supportEol}`;
  return support === 'extended' ? `extended until ${supportEsmEol}` : `ended ${supportEsmEol}`;
}
