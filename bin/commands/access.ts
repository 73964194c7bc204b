import { openClients } from '../../lib/cloud/clients';
import { makePassword, type Site } from '../../lib/cloud/credential';
import { CredentialsStore, openKeyValueStore } from '../../lib/cloud/credentials-store';
import { requireStack } from '../../lib/cloud/stack-outputs';
import { MirrorError } from '../../lib/errors';
import { credentialsStoreOutput, outputOf, stackOutputs } from '../../lib/job/stack-outputs';
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

/** Lets a site read, and prints its password this once. */
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

  const url = addressFor(access.mirrorUrl, view, site, password);
  if (json) terminal.out(JSON.stringify({ site, password, url }, undefined, 2));
  else for (const line of linesOf(site, password, url)) terminal.out(line);
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
  const arn = outputOf(outputs, credentialsStoreOutput);
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

/** The address of a boot source, as MAAS has it. */
function addressFor(mirrorUrl: string, view: string, site: string, password: string): string {
  const url = new URL(`${view}/`, mirrorUrl);
  url.username = site;
  url.password = password;
  return url.href;
}

/** Characters: the column of MAAS's database. */
const longestAddress = 200;

const delay = 'CloudFront knows it everywhere in a few seconds.';

function linesOf(site: string, password: string, url: string): string[] {
  return [
    `${site} may read. ${delay}`,
    `password     ${password}`,
    `boot source  ${url}`,
    'The password is shown this once and kept in no place. MAAS shows that address to its administrators.',
  ];
}

const columns: readonly Column<Site>[] = [
  { heading: 'SITE', cell: ({ name }) => name },
  { heading: 'SINCE', cell: ({ since }) => since },
];
