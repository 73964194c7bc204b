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
  /** @default - it runs */
  readonly ended?: Date;
  /** What runs now, or what failed: `Extract amd64 hwe` as its words. */
  readonly stages: readonly { readonly stage: string; readonly architecture?: string; readonly kernel?: string }[];
}

/** The newest executions of a state machine, the newest first. @throws what asking throws */
export async function recentExecutions(
  clients: Pick<Clients, 'sfn'>,
  stateMachineArn: string,
  count: number,
): Promise<RecentExecution[]> {
  const command = new ListExecutionsCommand({ stateMachineArn, maxResults: count });
  const { executions = [] } = await asking('list the executions', () => clients.sfn.send(command));
  const recent: RecentExecution[] = [];
  // One after the other: history has few requests per second.
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
