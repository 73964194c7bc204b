import { type BuildableRelease, buildableReleases } from '../../lib/job/catalogue/buildable-releases';
import type { ToldOptions } from '../releases/told-releases';
import { type Column, table } from '../terminal/table';
import type { Terminal } from '../terminal/terminal';

export interface ReleasesOptions extends ToldOptions {
  readonly json?: boolean;
}

export interface ReleasesBench {
  readonly now: Date;
  /** Text of this machine's distro-info-data. @default - what it has */
  readonly distroInfo?: string;
}

/** Prints the releases that can be built. @returns the exit code */
export async function runReleases(options: ReleasesOptions, terminal: Terminal, bench: ReleasesBench): Promise<number> {
  const { toldReleases } = await import('../releases/told-releases.js');
  const told = await toldReleases(options, bench, (line) => terminal.err(line));
  const { releases, leftOut } = buildableReleases(told, bench.now);
  for (const { name, fault, sources } of leftOut)
    terminal.err(`${name} is left out: ${fault} (${sources.join(' and ')})`);
  if (options.json) terminal.out(JSON.stringify(releases, undefined, 2));
  else for (const line of table(columns, releases)) terminal.out(line);
  return 0;
}

const columns: readonly Column<BuildableRelease>[] = [
  { heading: 'RELEASE', cell: ({ release }) => release },
  { heading: 'VERSION', cell: ({ title }) => title },
  { heading: 'NAME', cell: ({ codename }) => codename },
  { heading: 'SUPPORT', cell: supportCell },
  { heading: 'FROM', cell: ({ source }) => source },
  { heading: 'ARCHITECTURES', cell: ({ architectures }) => architectures.join(',') },
  { heading: 'FLAVOURS', cell: ({ kernels }) => kernels.join(',') },
];

function supportCell({ support, supportEol, supportEsmEol }: BuildableRelease): string {
  if (support === 'standard') return `until ${supportEol}`;
  return support === 'extended' ? `extended until ${supportEsmEol}` : `ended ${supportEsmEol}`;
}
