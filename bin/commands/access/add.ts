import type { Command } from 'commander';
import type { OpenKeys } from '../../../lib/cloud/access/open-access';
import { MirrorError } from '../../../lib/errors';
import { changeSource, changeSourceCommand, takeKeyringCommand } from '../../../lib/job/maas-commands';
import type { Terminal } from '../../terminal/terminal';

export function addAccessAdd(access: Command, terminal: Terminal, done: (code: number) => void): void {
  access
    .command('add')
    .description('grant a site access: creates its password and prints it once, as ready-to-run MAAS commands')
    .argument('<site>', 'name of the site, such as lab-2')
    .requiredOption('--stack <name>', 'the deployed stack')
    .option('--view <name>', 'view to use in the printed commands', 'candidate')
    .option('--only-view', 'limit the password to this view (and the keyring)')
    .option('--json', 'print the result as JSON')
    .action(async (site: string, options) => done(await runAccessAdd({ site, ...options }, terminal)));
}

export interface AccessAddOptions {
  /** Name of the deployed stack. */
  readonly stack: string;
  /** Name of the site. */
  readonly site: string;
  /** View in the printed URL. @default candidate */
  readonly view?: string;
  /** Whether the password is limited to this view. @default false */
  readonly onlyView?: boolean;
  readonly json?: boolean;
}

/** Grants a site access, and prints its password once, in the commands for MAAS. */
export async function runAccessAdd(
  { stack, site, view = 'candidate', onlyView = false, json = false }: AccessAddOptions,
  terminal: Terminal,
  open?: OpenKeys,
): Promise<number> {
  checkView(view);
  const { openAccess } = await import('../../../lib/cloud/access/open-access.js');
  const { makePassword } = await import('../../../lib/cloud/access/site-password.js');
  using access = await openAccess(stack, open);
  const password = makePassword();
  await access.store.add(site, password, new Date(), onlyView ? [view] : []);

  const mirror = addressFor(access.mirrorUrl, site, password);
  const url = `${mirror}/${view}/`;
  const commands = [takeKeyringCommand(mirror), changeSourceCommand(mirror, view)] as const;
  const granted = { site, password, url, ...(onlyView && { views: [view] }) };
  if (json) terminal.out(JSON.stringify({ ...granted, commands }, undefined, 2));
  else for (const line of linesOf(granted, commands)) terminal.out(line);
  if (url.length > longestAddress) {
    terminal.err(
      `the URL has ${url.length} characters, but MAAS allows ${longestAddress}: revoke ${site}, and add it again with a shorter name`,
    );
  }
  return 0;
}

/** A snapshot is a view, too. */
function checkView(view: string): void {
  if (/^(snapshots\/[a-zA-Z0-9][a-zA-Z0-9._-]*|[a-z0-9][a-z0-9-]*)$/.test(view)) return;
  throw new MirrorError('BadInput', `--view ${JSON.stringify(view)}: not a valid name of a view`, {
    hint: 'use a name such as candidate, stable or snapshots/2026-11-20',
    misuse: true,
  });
}

/** The mirror's address for one site, without a trailing slash. Names and passwords need no escaping. */
function addressFor(mirrorUrl: string, site: string, password: string): string {
  const url = new URL(mirrorUrl);
  url.username = site;
  url.password = password;
  return url.href.replace(/\/$/, '');
}

/** In characters, by the column in MAAS's database. */
const longestAddress = 200;

type Commands = readonly [takeKeyring: string, changeSource: string];

/** When a change takes effect. */
export const delay = 'CloudFront applies this everywhere within a few seconds.';

interface Granted {
  readonly site: string;
  readonly password: string;
  readonly url: string;
  /** @default - all */
  readonly views?: readonly string[];
}

function linesOf({ site, password, url, views }: Granted, [takeKeyring, command]: Commands): string[] {
  const limit = views === undefined ? '' : ` to the view ${views.join(', ')} only`;
  return [
    `${site} has access${limit}. ${delay}`,
    `password     ${password}`,
    `boot source  ${url}`,
    'Install the keyring on every region controller:',
    `  ${takeKeyring}`,
    changeSource,
    `  ${command}`,
    'To use it beside images.maas.io instead, see docs/maas.md',
    'The password cannot be shown again. MAAS shows the URL, including the password, to its administrators.',
  ];
}
