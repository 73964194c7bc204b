import type { Command } from 'commander';
import type { OpenKeys } from '../../../lib/cloud/access/open-access';
import type { Terminal } from '../../terminal/terminal';
import { delay } from './add';

export function addAccessRevoke(access: Command, terminal: Terminal, done: (code: number) => void): void {
  access
    .command('revoke')
    .description('revoke a site’s access')
    .argument('<site>', 'name of the site')
    .requiredOption('--stack <name>', 'the deployed stack')
    .option('--json', 'print the result as JSON')
    .action(async (site: string, options) => done(await runAccessRevoke({ site, ...options }, terminal)));
}

export interface RevokeOptions {
  /** Name of the deployed stack. */
  readonly stack: string;
  /** Name of the site. */
  readonly site: string;
  readonly json?: boolean;
}

/** Revokes the access of a site. */
export async function runAccessRevoke(
  { stack, site, json }: RevokeOptions,
  terminal: Terminal,
  open?: OpenKeys,
): Promise<number> {
  const { openAccess } = await import('../../../lib/cloud/access/open-access.js');
  using access = await openAccess(stack, open);
  await access.store.revoke(site);
  terminal.out(json ? JSON.stringify({ site, revoked: true }, undefined, 2) : `${site} no longer has access. ${delay}`);
  return 0;
}
