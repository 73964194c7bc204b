import type { Command } from 'commander';
import type { OpenKeys } from '../../../lib/cloud/access/open-access';
import type { Site } from '../../../lib/cloud/access/site-password';
import { type Column, table } from '../../terminal/table';
import type { Terminal } from '../../terminal/terminal';

export function addAccessList(access: Command, terminal: Terminal, done: (code: number) => void): void {
  access
    .command('list')
    .description('list the sites that have access')
    .requiredOption('--stack <name>', 'the deployed stack')
    .option('--json', 'print the list as JSON')
    .action(async (options) => done(await runAccessList(options, terminal)));
}

export interface ListOptions {
  /** Name of the deployed stack. */
  readonly stack: string;
  readonly json?: boolean;
}

/** Prints the sites that have access. */
export async function runAccessList(
  { stack, json }: ListOptions,
  terminal: Terminal,
  open?: OpenKeys,
): Promise<number> {
  const { openAccess } = await import('../../../lib/cloud/access/open-access.js');
  using access = await openAccess(stack, open);
  const sites = await access.store.list();
  if (json) terminal.out(JSON.stringify({ stack, sites }, undefined, 2));
  else if (sites.length === 0)
    terminal.out(`no site has access yet; grant it with: maas-mirror access add SITE --stack ${stack}`);
  else for (const line of table(columns, sites)) terminal.out(line);
  return 0;
}

const columns: readonly Column<Site>[] = [
  { heading: 'SITE', cell: ({ name }) => name },
  { heading: 'SINCE', cell: ({ since }) => since },
  { heading: 'VIEW', cell: ({ views }) => views?.join(', ') ?? 'all' },
];
