import type { Command } from 'commander';
import type { Clients } from '../../../lib/cloud/clients';
import { executionPage } from '../../../lib/cloud/console-pages';
import type { RecentExecution } from '../../../lib/cloud/follow/recent-executions';
import { MirrorError } from '../../../lib/errors';
import type { StackOutputs } from '../../../lib/job/aws/stack-outputs';
import type { OnUnread } from '../../../lib/operations/each-view';
import type { HeldRelease } from '../../../lib/operations/held-releases';
import { stageName } from '../../build/stage-name';
import { countOf } from '../../operation/typed-words';
import { typedAgain } from '../../operation/which-mirror';
import { UnreadViews } from '../../reading/unread-views';
import { type Column, table } from '../../terminal/table';
import type { Terminal } from '../../terminal/terminal';

export function addStatus(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command('status')
    .description('show the last executions of a deployed stack, and the releases in each view of its mirror')
    .requiredOption('--stack <name>', 'the deployed stack')
    .option('--last <count>', 'number of executions to show', '10')
    .option('--json', 'print the status as JSON')
    .action(async (options) => done(await runStatus(options, terminal)));
}

export interface StatusOptions {
  /** Name of the deployed stack. */
  readonly stack: string;
  /** Number of executions. @default 10 */
  readonly last?: string;
  readonly json?: boolean;
}

interface Status {
  readonly outputs: StackOutputs;
  readonly executions: readonly RecentExecution[];
  readonly held: readonly HeldRelease[] | MirrorError;
}

/** Prints the status of a deployed mirror. @returns 0, or 1 if the mirror or one of its views cannot be read */
export async function runStatus(options: StatusOptions, terminal: Terminal): Promise<number> {
  const last = countOf(options.last ?? '10', { most: 100, what: 'executions' });
  const { openClients } = await import('../../../lib/cloud/clients.js');
  using clients = openClients();
  const unread = new UnreadViews(terminal, (command) => typedAgain(command, { stack: options.stack }));
  const status = await statusOf(clients, options.stack, last, unread.add);
  if (options.json) terminal.out(JSON.stringify(asJson(options.stack, status), undefined, 2));
  else for (const line of linesOf(status, unread.count)) terminal.out(line);
  if (!(status.held instanceof MirrorError)) return unread.count === 0 ? 0 : 1;
  terminal.err(`error: cannot read the mirror: ${status.held.message}`);
  if (status.held.hint !== undefined) terminal.err(`  ${status.held.hint}`);
  return 1;
}

async function statusOf(clients: Clients, stack: string, last: number, onUnread: OnUnread): Promise<Status> {
  const { mirrorOf } = await import('../../../lib/cloud/stack-outputs.js');
  const { recentExecutions } = await import('../../../lib/cloud/follow/recent-executions.js');
  const { heldReleases } = await import('../../../lib/operations/held-releases.js');
  const outputs = await mirrorOf(clients.cloudformation, stack);
  const executions = await recentExecutions(clients, outputs.stateMachineArn, last);
  const views = [...new Set(executions.map(({ view }) => view).filter(Boolean))];
  // If the mirror cannot be read, its executions are shown nevertheless.
  const held = await heldReleases(outputs, views, onUnread).catch((error) => {
    if (error instanceof MirrorError) return error;
    throw error;
  });
  return { outputs, executions, held };
}

function asJson(stack: string, { outputs, executions, held }: Status): object {
  return {
    stack,
    mirror: outputs.mirrorUrl,
    keyring: outputs.keyringUrl,
    executions: executions.map((one) => ({ ...one, page: executionPage(one.arn) })),
    ...(held instanceof MirrorError ? {} : { views: held }),
  };
}

function linesOf({ outputs, executions, held }: Status, unread: number): string[] {
  return [
    `mirror   ${outputs.mirrorUrl}`,
    `keyring  ${outputs.keyringUrl}`,
    '',
    ...(executions.length === 0 ? ['nothing has been built yet'] : table(executionColumns, executions)),
    ...(held instanceof MirrorError || (held.length === 0 && unread > 0) ? [] : ['', ...heldLines(held)]),
  ];
}

function heldLines(held: readonly HeldRelease[]): string[] {
  return held.length === 0 ? ['nothing has been published yet'] : table(heldColumns, held);
}

const executionColumns: readonly Column<RecentExecution>[] = [
  { heading: 'EXECUTION', cell: ({ name }) => name },
  { heading: 'RELEASE', cell: ({ release }) => release },
  { heading: 'VIEW', cell: ({ view }) => view },
  { heading: 'STATUS', cell: ({ status }) => status },
  { heading: 'STARTED', cell: ({ started }) => `${started.toISOString().slice(0, 16).replace('T', ' ')}Z` },
  { heading: 'TOOK', cell: ({ started, ended }) => (ended ? minutes(ended.getTime() - started.getTime()) : '') },
  { heading: 'STAGE', cell: ({ stages }) => stages.map(stageName).join(', ') },
];

function minutes(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

const heldColumns: readonly Column<HeldRelease>[] = [
  { heading: 'VIEW', cell: ({ view }) => view },
  { heading: 'RELEASE', cell: ({ release }) => release },
  { heading: 'ARCHITECTURES', cell: ({ architectures }) => architectures.join(', ') },
  { heading: 'FLAVOURS', cell: ({ kernels }) => kernels.join(', ') },
  { heading: 'NEWEST', cell: ({ newest }) => newest },
  { heading: 'VERSIONS', cell: ({ versions }) => String(versions), isSize: true },
];
