import { makePassword, type Site } from '../../lib/cloud/access/credential';
import { CredentialsStore, openKeyValueStore } from '../../lib/cloud/access/credentials-store';
import { openClients } from '../../lib/cloud/clients';
import { requireStack } from '../../lib/cloud/stack-outputs';
import { MirrorError } from '../../lib/errors';
import { addSourceCommand, takeKeyringCommand } from '../../lib/job/maas-commands';
import { optionalStackOutputs, outputOf, stackOutputs } from '../../lib/job/stack-outputs';
import { type Column, table } from '../table';
import type { Terminal } from '../terminal';

export interface AccessOptions {
  /** Name of the deployed stack. */
  readonly stack: string;
  readonly json?: boolean;
}

export interface SiteOptions extends AccessOptions {
  /** Name of the site. */
  readonly site: string;
  /** View that its address is to name. @default candidate */
  readonly view?: string;
}

/** Lets a site read, and prints its password this once, in the commands that MAAS is told by. */
export async function runAccessAdd(
  options: SiteOptions,
  terminal: Terminal,
  open = openKeyValueStore,
): Promise<number> {
  const { stack, site, view = 'candidate', json = false } = options;
  checkView(view);
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

export async function runAccessRevoke(
  { stack, site, json = false }: SiteOptions,
  terminal: Terminal,
  open = openKeyValueStore,
): Promise<number> {
  using access = await openAccess(stack, open);
  await access.store.revoke(site);
  terminal.out(json ? JSON.stringify({ site, revoked: true }, undefined, 2) : `${site} may read no more. ${delay}`);
  return 0;
}

export async function runAccessList(
  { stack, json = false }: AccessOptions,
  terminal: Terminal,
  open = openKeyValueStore,
): Promise<number> {
  using access = await openAccess(stack, open);
  const sites = await access.store.list();
  if (json) terminal.out(JSON.stringify({ stack, sites }, undefined, 2));
  else if (sites.length === 0)
    terminal.out(`no site may read yet; maas-mirror access add SITE --stack ${stack} lets one`);
  else for (const line of table(columns, sites)) terminal.out(line);
  return 0;
}

interface Access extends Disposable {
  readonly store: CredentialsStore;
  readonly mirrorUrl: string;
}

async function openAccess(stack: string, open: typeof openKeyValueStore): Promise<Access> {
  const { arn, mirrorUrl } = await placesOf(stack);
  const client = open();
  return { store: new CredentialsStore(client, arn), mirrorUrl, [Symbol.dispose]: () => client.destroy() };
}

async function placesOf(name: string): Promise<{ arn: string; mirrorUrl: string }> {
  using clients = openClients();
  const { outputs } = await requireStack(clients.cloudformation, name);
  const arn = outputOf(outputs, optionalStackOutputs.credentialsStoreArn);
  const mirrorUrl = outputOf(outputs, stackOutputs.mirrorUrl);
  if (arn !== undefined && mirrorUrl !== undefined) return { arn, mirrorUrl };
  throw new MirrorError('NotSupported', `the mirror of the stack ${name} asks nobody for a password`, {
    hint: 'deploy it with basicAuth: true (in mirror.yaml: site: { basicAuth: true })',
    misuse: true,
  });
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

const delay = 'CloudFront knows it everywhere in a few seconds.';

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

const columns: readonly Column<Site>[] = [
  { heading: 'SITE', cell: ({ name }) => name },
  { heading: 'SINCE', cell: ({ since }) => since },
];
