import { describe, expect, it } from 'vitest';
import { openClients } from '../../../lib/cloud/clients';
import { describeExecution, followExecution } from '../../../lib/cloud/follow/follow';
import type { EngineEvent } from '../../../lib/job/events';
import { type Answers, Fault, fakeAws } from '../../fixtures/aws/fake-aws';
import { MadeHistory, thrown } from '../../fixtures/mirrors/made-history';

const arn = 'arn:aws:states:eu-west-1:123456789012:execution:Mirror:noble-1';
const execution = { name: 'noble-1', arn };
const amd64 = { job: { architecture: 'amd64', kernel: '' } };

type Description = Readonly<Record<string, unknown>>;

/** Answers of AWS for an execution that is described by each of these in turn, the last one again and again. */
function answersFor(history: MadeHistory, ...descriptions: readonly Description[]): Answers {
  let looks = 0;
  return {
    DescribeExecution: () => ({ executionArn: arn, ...descriptions[Math.min(looks++, descriptions.length - 1)] }),
    GetExecutionHistory: () => ({ events: history.events.toReversed() }),
  };
}

async function followed(answers: Answers, signal?: AbortSignal) {
  const aws = await fakeAws(answers);
  using clients = openClients();
  const events: EngineEvent[] = [];
  const onEvent = (event: EngineEvent) => void events.push(event);
  const result = await followExecution(clients, execution, { onEvent, everySeconds: 0, ...(signal && { signal }) });
  return { result, events, asked: aws.requests };
}

/** One function that succeeds. */
function planned(): MadeHistory {
  const history = new MadeHistory();
  history.function(0, 'Plan', {}, { updates: true });
  return history;
}

describe('an execution that is followed', () => {
  it('ends with its output, and with what happened told in order', async () => {
    const output = JSON.stringify({ published: true });
    const { result, events } = await followed(answersFor(planned(), { status: 'SUCCEEDED', output }));

    expect(result).toEqual({ status: 'SUCCEEDED', output: { published: true }, failures: [] });
    const plan = { stage: 'Plan', architecture: undefined, kernel: undefined, log: undefined };
    expect(events).toEqual([
      { ...plan, type: 'started' },
      { ...plan, type: 'finished', seconds: 2, result: { updates: true } },
    ]);
  });

  it('may end without an output, and be followed by nobody', async () => {
    await fakeAws(answersFor(planned(), { status: 'SUCCEEDED' }));
    using clients = openClients();

    expect(await followExecution(clients, execution)).toEqual({ status: 'SUCCEEDED', output: null, failures: [] });
  });

  it.each([
    ['ABORTED', {}, 'ExecutionAborted', 'the execution was stopped by hand'],
    ['ABORTED', { error: 'Mine', cause: 'I wanted to' }, 'Mine', 'I wanted to'],
    ['TIMED_OUT', {}, 'States.Timeout', 'the execution exceeded its time limit'],
    ['TIMED_OUT', { error: 'Late', cause: 'too late' }, 'Late', 'too late'],
    ['FAILED', {}, 'ExecutionFailed', ''],
    ['FAILED', thrown('NotReady', 'later'), 'NotReady', 'later'],
    ['FAILED', { error: 'E', cause: 'no JSON' }, 'E', 'no JSON'],
    ['FAILED', { error: 'E', cause: 'null' }, 'E', 'null'],
    ['FAILED', { error: 'E', cause: '{"errorMessage":7}' }, 'E', '{"errorMessage":7}'],
  ])('ends badly where AWS calls it %s with %j', async (status, said, error, cause) => {
    const { result } = await followed(answersFor(planned(), { status, ...said }));

    expect(result).toEqual({ status: 'FAILED', error, cause, failures: [] });
  });

  it('is looked at until it has ended, and its builds are asked for their words meanwhile', async () => {
    const history = new MadeHistory();
    history.submitted(history.started(history.enter(0, 'Fetch', amd64)), 'fetch:1');
    const stopDate = Date.parse('2026-11-25T11:00:00Z') / 1000;
    const answers = answersFor(history, { status: 'RUNNING' }, { status: 'RUNNING' }, { status: 'ABORTED', stopDate });
    let word = 0;
    const { events, asked } = await followed({
      ...answers,
      BatchGetBuilds: () => ({ builds: [{ logs: { groupName: 'g', streamName: 's' } }] }),
      GetLogEvents: () => ({ events: [{ message: `:: word ${++word}\n` }], nextForwardToken: 'f' }),
    });

    const told = events.map((event) => [event.type, event.stage, 'text' in event ? event.text : '']);
    expect(told).toEqual([
      ['started', 'Fetch', ''],
      ['progress', 'Fetch', 'word 1'],
      ['progress', 'Fetch', 'word 2'],
      ['stopped', 'Fetch', ''],
    ]);
    expect(events.at(-1)).toMatchObject({ seconds: 3600 - 2 });
    expect(asked.filter(({ operation }) => operation === 'DescribeExecution')).toHaveLength(3);
  });

  it('has its failures told and kept, with what a Catch took, and only those of its last round', async () => {
    const history = new MadeHistory();
    const first = history.function(0, 'Select', amd64, thrown('NoKernel', 'none'));
    history.event('ExecutionFailed', first);
    const again = answersFor(history, { status: 'FAILED', ...thrown('ExecutionFailed', 'all') });
    const failure = {
      ...{ stage: 'Select', architecture: 'amd64', kernel: undefined, log: undefined },
      ...{ tail: [], error: 'NoKernel: none', hint: undefined },
    };
    const { result, events } = await followed(again);
    expect(result.failures).toEqual([failure]);
    expect(events.at(-1)).toEqual({ ...failure, type: 'failed', seconds: 2 });

    history.function(history.event('ExecutionRedriven', first), 'Publish', amd64, thrown('BadInput', 'no'));
    history.event('ExecutionFailed', history.events.length);
    const { result: redriven } = await followed(
      answersFor(history, { status: 'FAILED', ...thrown('ExecutionFailed', 'all') }),
    );
    expect(redriven.failures.map(({ error }) => error)).toEqual(['BadInput: no']);
  });

  it('refuses to be followed on once the signal is raised, and says how to see or end it', async () => {
    const interrupted = {
      name: 'Interrupted',
      message: 'stopped following noble-1, which continues in AWS',
      hint: `maas-mirror status shows its progress; to stop it:\naws stepfunctions stop-execution --execution-arn ${arn}`,
    };
    await expect(followed(answersFor(planned(), { status: 'SUCCEEDED' }), AbortSignal.abort())).rejects.toMatchObject(
      interrupted,
    );

    const raised = new AbortController();
    await fakeAws(answersFor(planned(), { status: 'RUNNING' }));
    using clients = openClients();
    const onEvent = (event: EngineEvent) => {
      if (event.type === 'finished') setImmediate(() => raised.abort()); // in the pause
    };
    const options = { onEvent, signal: raised.signal, everySeconds: 3600 };
    await expect(followExecution(clients, execution, options)).rejects.toMatchObject(interrupted);
  });

  it('refuses where it is not there, by its name', async () => {
    await fakeAws({ DescribeExecution: () => new Fault('ExecutionDoesNotExist', 'none') });
    using clients = openClients();

    await expect(describeExecution(clients, execution)).rejects.toMatchObject({
      message: 'cannot describe the execution noble-1: the request to AWS failed: ExecutionDoesNotExist: none',
    });
  });
});
