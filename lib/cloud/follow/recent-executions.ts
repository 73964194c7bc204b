import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { asking } from '../asking';
import type { Clients } from '../clients';
import { describeExecution } from './follow';
import { History, type StageChange } from './history';
import { readHistory } from './read-history';

/** One execution, running or ended. */
export interface RecentExecution {
  readonly name: string;
  readonly arn: string;
  readonly release: string;
  readonly view: string;
  /** `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`. */
  readonly status: string;
  readonly started: Date;
  /** @default - it is still running */
  readonly ended?: Date;
  /** Running or failed stages: `Extract amd64 hwe`, split into words. */
  readonly stages: readonly { readonly stage: string; readonly architecture?: string; readonly kernel?: string }[];
}

/** The latest executions of a state machine, newest first. @throws what asking throws */
export async function recentExecutions(
  clients: Pick<Clients, 'sfn'>,
  stateMachineArn: string,
  count: number,
): Promise<RecentExecution[]> {
  const command = new ListExecutionsCommand({ stateMachineArn, maxResults: count });
  const { executions = [] } = await asking('list the executions', () => clients.sfn.send(command));
  const recent: RecentExecution[] = [];
  // Sequentially: the request limit for histories is low.
  for (const { name = '', executionArn: arn = '' } of executions) recent.push(await lookAt(clients, { name, arn }));
  return recent;
}

async function lookAt(
  clients: Pick<Clients, 'sfn'>,
  execution: { name: string; arn: string },
): Promise<RecentExecution> {
  const { input = '{}', status = '', startDate = new Date(0), stopDate } = await describeExecution(clients, execution);
  const { release = '', view = '' } = JSON.parse(input) as { readonly release?: string; readonly view?: string };
  const stages = status === 'SUCCEEDED' ? [] : await stagesOf(clients, execution.arn, status);
  return { ...execution, release, view, status, started: startDate, ...(stopDate && { ended: stopDate }), stages };
}

async function stagesOf(
  { sfn }: Pick<Clients, 'sfn'>,
  arn: string,
  status: string,
): Promise<RecentExecution['stages']> {
  const history = new History();
  const changes = history.take(await readHistory(sfn, arn, 0));
  const open = history.end(new Date(0)).filter(({ type }) => type === 'stopped');
  const failed = changes.filter(({ type }) => type === 'failed');
  return (status === 'RUNNING' ? open : failed).map(wordsOf);
}

function wordsOf({ stage, architecture, kernel }: StageChange): RecentExecution['stages'][number] {
  return { stage, ...(architecture && { architecture }), ...(kernel && { kernel }) };
}
