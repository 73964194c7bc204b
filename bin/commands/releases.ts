import type { Command } from 'commander';
import { type BuildableRelease, buildableReleases } from '../../lib/job/releases/buildable-releases';
import type { ToldOptions } from '../releases/told-releases';
import { type Column, table } from '../terminal/table';
import type { Terminal } from '../terminal/terminal';

export function addReleases(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command('releases')
    .description('list the releases that can be built, with architectures, kernel flavours and support')
    .option('--stream [url]', 'also read the signed stream of cloud images (default: daily)')
    .option('--stream-keyring <file>', 'keyring that verifies the stream (default: Ubuntu’s)')
    .option('--config <file>', 'also use the catalogue and the sources of this mirror.yaml')
    .option('--proxy <url>', 'HTTP proxy for the stream (default: from the environment)')
    .option('--ca <file>', 'additional CA certificates (PEM)')
    .option('--json', 'print the list as JSON')
    .action(async (options) => done(await runReleases(options, terminal, { now: new Date() })));
}

export interface ReleasesOptions extends ToldOptions {
  readonly json?: boolean;
}

export interface ReleasesBench {
  readonly now: Date;
  /** Text of distro-info-data. @default - this machine's */
  readonly distroInfo?: string;
}

/** Prints the releases that can be built. @returns the exit code */
export async function runReleases(options: ReleasesOptions, terminal: Terminal, bench: ReleasesBench): Promise<number> {
  const { toldReleases } = await import('../releases/told-releases.js');
  const told = await toldReleases(options, bench, (line) => terminal.err(line));
  const { releases, leftOut } = buildableReleases(told, bench.now);
  for (const { name, fault, sources } of leftOut) terminal.err(`skipped ${name}: ${fault} (${sources.join(' and ')})`);
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
