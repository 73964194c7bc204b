import { describe, expect, it } from 'vitest';
import { openClients } from '../../../lib/cloud/clients';
import { recentExecutions } from '../../../lib/cloud/follow/recent-executions';
import { Fault, fakeAws } from '../../fixtures/aws/fake-aws';
import { MadeHistory, thrown } from '../../fixtures/mirrors/made-history';

const started = new Date('2026-11-25T10:00:00Z');
const ended = new Date('2026-11-25T10:10:00Z');
const seconds = (at: Date) => at.getTime() / 1000;
const amd64 = { job: { architecture: 'amd64', kernel: '' } };

/** One stage that failed and is done with, one that failed and may be tried again, one that runs. */
function threeStages(): MadeHistory {
  const history = new MadeHistory();
  history.function(0, 'Select', amd64, thrown('NoKernel', 'none'));
  history.submitted(history.started(history.enter(0, 'ExtractHwe', { ...amd64, kernel: 'hwe' })), 'p:1');
  history.function(0, 'Plan', {}, { updates: true });
  return history;
}

async function recent(
  description: object,
  listed: object = { executions: [{ name: 'noble-1', executionArn: 'arn:1' }] },
) {
  const aws = await fakeAws({
    ListExecutions: () => listed,
    DescribeExecution: () => ({ executionArn: 'arn:1', ...description }),
    GetExecutionHistory: () => ({ events: threeStages().events.toReversed() }),
  });
  using clients = openClients();
  return { found: await recentExecutions(clients, 'arn:machine', 7), asked: aws.requests };
}

const input = JSON.stringify({ release: 'noble', view: 'next' });

describe('the newest executions', () => {
  it('are asked for by their number, and each is described', async () => {
    const { asked } = await recent({ input, status: 'SUCCEEDED' });

    expect(asked).toEqual([
      { operation: 'ListExecutions', input: { stateMachineArn: 'arn:machine', maxResults: 7 } },
      { operation: 'DescribeExecution', input: { executionArn: 'arn:1' } },
    ]);
  });

  it('say what runs while they run', async () => {
    const { found } = await recent({ input, status: 'RUNNING', startDate: seconds(started) });

    expect(found).toEqual([
      {
        ...{ name: 'noble-1', arn: 'arn:1', release: 'noble', view: 'next', status: 'RUNNING', started },
        stages: [{ stage: 'ExtractHwe', architecture: 'amd64', kernel: 'hwe' }],
      },
    ]);
    expect(found[0]).not.toHaveProperty('ended');
  });

  it.each([
    'FAILED',
    'ABORTED',
    'TIMED_OUT',
  ])('say what failed where they are %s, and when that was', async (status) => {
    const { found } = await recent({ input, status, startDate: seconds(started), stopDate: seconds(ended) });

    expect(found).toMatchObject([{ status, ended, stages: [{ stage: 'Select', architecture: 'amd64' }] }]);
    expect(found[0]?.stages[0]).not.toHaveProperty('kernel');
  });

  it('say nothing of stages where all went well', async () => {
    const { found, asked } = await recent({ input, status: 'SUCCEEDED', stopDate: seconds(ended) });

    expect(found).toMatchObject([{ status: 'SUCCEEDED', stages: [] }]);
    expect(asked.map(({ operation }) => operation)).not.toContain('GetExecutionHistory');
  });

  it('are none where there are none, and know no order that is not theirs', async () => {
    expect((await recent({}, {})).found).toEqual([]);
    const { found } = await recent({ status: 'SUCCEEDED' });
    expect(found).toEqual([
      {
        ...{ name: 'noble-1', arn: 'arn:1', release: '', view: '', status: 'SUCCEEDED' },
        ...{ started: new Date(0), stages: [] },
      },
    ]);
    expect((await recent({ input: '{}', status: 'SUCCEEDED' })).found).toMatchObject([{ release: '', view: '' }]);
  });

  it('refuses to list them where AWS does, and says so', async () => {
    await fakeAws({ ListExecutions: () => new Fault('StateMachineDoesNotExist', 'none') });
    using clients = openClients();

    await expect(recentExecutions(clients, 'arn:machine', 7)).rejects.toMatchObject({
      message: 'cannot list the executions: the request to AWS failed: StateMachineDoesNotExist: none',
    });
  });
});
