import type { Command } from 'commander';
import type { OpenKeys } from '../../../lib/cloud/access/open-access';
import { MirrorError } from '../../../lib/errors';
import { addSourceCommand, takeKeyringCommand } from '../../../lib/job/maas-commands';
import type { Terminal } from '../../terminal/terminal';

export function addAccessAdd(access: Command, terminal: Terminal, done: (code: number) => void): void {
  access
    .command('add')
    .description('let a site read: makes its password and shows it once, in the commands for MAAS')
    .argument('<site>', 'a name for it: lab-2')
    .requiredOption('--stack <name>', 'the deployed stack')
    .option('--view <name>', 'view that the site is to read', 'candidate')
    .option('--json', 'print it as JSON')
    .action(async (site: string, options) => done(await runAccessAdd({ site, ...options }, terminal)));
}

export interface AccessAddOptions {
  /** Name of the deployed stack. */
  readonly stack: string;
  /** Name of the site. */
  readonly site: string;
  /** View that its address is to name. @default candidate */
  readonly view?: string;
  readonly json?: boolean;
}

/** Lets a site read, and prints its password this once, in the commands that MAAS is told by. */
export async function runAccessAdd(
  { stack, site, view = 'candidate', json = false }: AccessAddOptions,
  terminal: Terminal,
  open?: OpenKeys,
): Promise<number> {
  checkView(view);
  const { openAccess } = await import('../../../lib/cloud/access/open-access.js');
  const { makePassword } = await import('../../../lib/cloud/access/site-password.js');
  using access = await openAccess(stack, open);
  const password = makePassword();
  await access.store.add(site, password, new Date());

  const mirror = addressFor(access.mirrorUrl, site, password);
  const url = `${mirror}/${view}/`;
  const commands = [takeKeyringCommand(mirror), addSourceCommand(mirror, view)];
  if (json) terminal.out(JSON.stringify({ site, password, url, commands }, undefined, 2));
  else for (const line of linesOf(site, password, url, commands)) terminal.out(line);
  if (url.length > longestAddress) {
    terminal.err(
      `that address has ${url.length} characters, MAAS takes ${longestAddress}: revoke it, take a shorter name`,
    );
  }
  return 0;
}

/** A snapshot is a view, too. */
function checkView(view: string): void {
  if (/^(snapshots\/[a-zA-Z0-9][a-zA-Z0-9._-]*|[a-z0-9][a-z0-9-]*)$/.test(view)) return;
  throw new MirrorError('BadInput', `--view ${JSON.stringify(view)} is no view`, {
    hint: 'a view is like candidate, stable or snapshots/2026-11-20',
    misuse: true,
  });
}

/** The mirror's address for one site, without a slash at its end. Neither name nor password has to be escaped in it. */
function addressFor(mirrorUrl: string, site: string, password: string): string {
  const url = new URL(mirrorUrl);
  url.username = site;
  url.password = password;
  return url.href.replace(/\/$/, '');
}

/** Characters: the column of MAAS's database. */
const longestAddress = 200;

/** When what was changed holds. */
export const delay = 'CloudFront knows it everywhere in a few seconds.';

function linesOf(site: string, password: string, url: string, commands: readonly string[]): string[] {
  return [
    `${site} may read. ${delay}`,
    `password     ${password}`,
    `boot source  ${url}`,
    'On every region controller:',
    ...commands.map((command) => `  ${command}`),
    'The password is shown this once and kept in no place. MAAS shows that address to its administrators.',
  ];
}
