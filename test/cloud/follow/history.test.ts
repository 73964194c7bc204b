import { describe, expect, it } from 'vitest';
import { History } from '../../../lib/cloud/follow/history';
import { MadeHistory, thrown } from '../../fixtures/mirrors/made-history';

const amd64 = { job: { architecture: 'amd64', kernel: '' } };
const flavour = (kernel: string) => ({ ...amd64, kernel });

/** What is told of a history that arrives in pieces of some size. */
function told(made: MadeHistory, { pieces = 1000, ended = true } = {}): string[] {
  const history = new History();
  const all = made.read();
  const changes = [];
  for (let at = 0; at < all.length; at += pieces) changes.push(...history.take(all.slice(0, at + pieces)));
  if (ended) changes.push(...history.end(new Date('2026-11-25T11:00:00Z')));
  return changes.map((change) => {
    const words = [change.type, change.stage, change.architecture, change.kernel, change.build];
    const more = change.type === 'failed' ? [change.error] : change.type === 'progress' ? [change.text] : [];
    return [...words, ...more].filter(Boolean).join(' ');
  });
}

describe('the history of an execution', () => {
  it.each([1, 2, 7, 1000])('tells each stage of parallel branches once, in pieces of %s events', (pieces) => {
    const made = new MadeHistory();
    const plan = made.function(made.event('ExecutionStarted', 0), 'Plan', {}, { updates: true });
    const map = made.event('MapStateEntered', plan);
    const [ga, hwe] = [made.event('MapIterationStarted', map), made.event('MapIterationStarted', map)];
    const [first, second] = [made.enter(ga, 'ExtractGa', flavour('ga')), made.enter(hwe, 'ExtractHwe', flavour('hwe'))];
    const [one, two] = [made.submitted(made.started(first), 'p:1'), made.submitted(made.started(second), 'p:2')];
    made.exit(
      made.failed(two, 'codebuild', 'startBuild.sync', { error: 'States.TaskFailed', cause: '{}' }),
      'ExtractHwe',
    );
    const output = JSON.stringify({ Build: { Id: 'p:1' } });
    made.event('TaskSucceeded', one, { taskSucceededEventDetails: { output } });

    expect(told(made, { pieces })).toEqual([
      'started Plan',
      'finished Plan',
      'started ExtractGa amd64 ga',
      'started ExtractHwe amd64 hwe',
      'failed ExtractHwe amd64 hwe p:2 States.TaskFailed',
      'finished ExtractGa amd64 ga p:1',
    ]);
  });

  it('tells of a wait for CodeBuild once, and not as a failure', () => {
    const made = new MadeHistory();
    made.build(0, 'Fetch', amd64, { id: 'p:1' }, 3);

    expect(told(made)).toEqual([
      'started Fetch amd64',
      'progress Fetch amd64 waiting: the CodeBuild quota of this account is used up',
      'progress Fetch amd64 p:1 working',
      'finished Fetch amd64 p:1',
    ]);
  });

  it('tells of a failure only when no other attempt follows', () => {
    const made = new MadeHistory();
    const throttled = { error: 'Lambda.TooManyRequestsException', cause: 'Rate exceeded' };
    const entered = made.enter(0, 'Select', amd64);
    const again = made.failed(made.scheduled(entered, 'lambda', 'invoke'), 'lambda', 'invoke', throttled);
    expect(told(made, { ended: false })).toEqual(['started Select amd64']);

    const last = made.failed(made.scheduled(again, 'lambda', 'invoke'), 'lambda', 'invoke', thrown('BadInput', 'no'));
    expect(told(made, { ended: false })).toEqual(['started Select amd64']);
    made.event('ExecutionFailed', last);
    expect(told(made)).toEqual(['started Select amd64', 'failed Select amd64 BadInput']);
  });

  it('counts seconds from the last attempt to its end', () => {
    const made = new MadeHistory();
    made.build(0, 'Fetch', amd64, { id: 'p:1' }, 50);

    expect(new History().take(made.read()).at(-1)).toMatchObject({ type: 'finished', seconds: 3 });
  });

  it('gives what functions gave, and what CodeBuild says of builds', () => {
    const made = new MadeHistory();
    made.build(made.function(0, 'Plan', {}, { updates: true }), 'Fetch', amd64, { id: 'p:1' });
    const finished = new History()
      .take(made.read())
      .flatMap((change) => (change.type === 'finished' ? [change.result] : []));

    expect(finished).toEqual([{ updates: true }, { Id: 'p:1', BuildStatus: 'SUCCEEDED' }]);
  });

  it('tells what was open when the execution ended as stopped, and a time-out as a failure', () => {
    const made = new MadeHistory();
    made.submitted(made.started(made.enter(0, 'Fetch', amd64)), 'p:1');
    made.event('TaskTimedOut', made.started(made.enter(0, 'Prepare', amd64)), { taskTimedOutEventDetails: {} });
    made.event('TaskStateAborted', made.started(made.enter(0, 'BootTest', flavour('ga'))));
    made.event('ExecutionAborted', 0);

    expect(told(made).slice(3)).toEqual([
      'stopped BootTest amd64 ga',
      'stopped Fetch amd64 p:1',
      'failed Prepare amd64 States.Timeout',
    ]);
  });

  it('is silent of the step that ends an execution, unless that fails by itself', () => {
    const made = new MadeHistory();
    const well = made.function(0, 'Conclude', {}, { again: false });
    const again = made.function(well, 'Conclude', {}, thrown('ExecutionFailed', '["amd64: NoKernel"]'));
    made.function(again, 'Conclude', {}, thrown('NotSupported', 'planned with other bundles'));

    expect(told(made)).toEqual(['failed Conclude NotSupported']);

    const cut = new MadeHistory();
    cut.started(cut.enter(0, 'Conclude', {}));
    expect(told(cut)).toEqual([]);
  });

  it('knows no architecture where AWS has cut the input', () => {
    const made = new MadeHistory();
    made.event('TaskStateEntered', 0, { stateEnteredEventDetails: { name: 'Fetch', input: '{"job":{"archi' } });

    expect(told(made, { ended: false })).toEqual(['started Fetch']);
  });

  it.each([
    ['Task', 'Failed', 'taskFailedEventDetails'],
    ['Task', 'TimedOut', 'taskTimedOutEventDetails'],
    ['Task', 'StartFailed', 'taskStartFailedEventDetails'],
    ['Task', 'SubmitFailed', 'taskSubmitFailedEventDetails'],
    ['LambdaFunction', 'Failed', 'lambdaFunctionFailedEventDetails'],
    ['LambdaFunction', 'TimedOut', 'lambdaFunctionTimedOutEventDetails'],
    ['LambdaFunction', 'StartFailed', 'lambdaFunctionStartFailedEventDetails'],
    ['LambdaFunction', 'ScheduleFailed', 'lambdaFunctionScheduleFailedEventDetails'],
  ])('tells why a %s%s', (kind, type, details) => {
    const made = new MadeHistory();
    const scheduled = made.event(`${kind}Scheduled`, made.enter(0, 'Select', amd64));
    const failed = made.event(`${kind}${type}`, scheduled, { [details]: { error: 'E', cause: 'because' } });
    made.event('ExecutionFailed', failed);

    expect(new History().take(made.read()).at(-1)).toEqual({
      ...{ stage: 'Select', architecture: 'amd64', kernel: undefined, log: undefined, build: undefined },
      ...{ type: 'failed', seconds: 1, error: 'E', cause: 'because' },
    });
  });

  it('knows what a function of the older form gave, and counts from when it was scheduled', () => {
    const made = new MadeHistory();
    made.event('Others', 0);
    const entered = made.enter(0, 'Plan', {});
    made.event('Others', 0);
    const scheduled = made.event('LambdaFunctionScheduled', entered);
    made.event('LambdaFunctionSucceeded', scheduled, { lambdaFunctionSucceededEventDetails: { output: '[1]' } });

    expect(new History().take(made.read()).at(-1)).toMatchObject({ type: 'finished', seconds: 1, result: [1] });
  });

  it('knows nothing of what AWS has cut or left out', () => {
    const made = new MadeHistory();
    for (const details of [{ output: '{"Build":{"I' }, {}, undefined, { output: 'null' }]) {
      made.event('TaskSucceeded', made.started(made.enter(0, 'Fetch', {})), {
        ...(details && { taskSucceededEventDetails: details }),
      });
    }
    made.event('TaskStateEntered', 0);
    const changes = new History().take(made.read());

    const results = changes.flatMap((change) => (change.type === 'finished' ? [change.result] : []));
    expect(results).toEqual([undefined, undefined, undefined, null]);
    expect(changes.at(-1)).toEqual({
      ...{ stage: '', architecture: undefined, kernel: undefined, log: undefined, build: undefined, type: 'started' },
    });
  });

  it('knows no build where AWS does not name it', () => {
    const made = new MadeHistory();
    const details = { taskSubmittedEventDetails: { output: '{}' } };
    made.event('TaskSubmitted', made.started(made.enter(0, 'Fetch', amd64)), details);
    const history = new History();
    history.take(made.read());

    expect(history.building).toEqual([]);
  });

  it('knows a flavour by its iteration or else by its job, and none that is empty', () => {
    const made = new MadeHistory();
    for (const input of [
      { job: { kernel: 'ga' } },
      { job: { kernel: 'ga' }, kernel: 'hwe' },
      { job: { architecture: '', kernel: '' } },
      null,
    ]) {
      made.event('TaskStateEntered', 0, { stateEnteredEventDetails: { name: 'Fetch', input: JSON.stringify(input) } });
    }

    expect(new History().take(made.read())).toMatchObject([
      { architecture: undefined, kernel: 'ga' },
      { architecture: undefined, kernel: 'hwe' },
      { architecture: undefined, kernel: undefined },
      { architecture: undefined, kernel: undefined },
    ]);
  });

  it('has the builds that run, and the last event that was taken', () => {
    const made = new MadeHistory();
    const history = new History();
    expect(history.last).toBe(0);
    const one = made.submitted(made.started(made.enter(0, 'Fetch', amd64)), 'p:1');
    made.started(made.enter(0, 'Prepare', amd64)); // has no build yet
    history.take(made.read());
    expect(history.building).toEqual([
      { stage: 'Fetch', architecture: 'amd64', kernel: undefined, log: undefined, build: 'p:1' },
    ]);
    expect(history.last).toBe(made.events.length);

    const failed = made.failed(one, 'codebuild', 'startBuild.sync', { error: 'E', cause: 'c' });
    history.take(made.read());
    expect(history.building).toEqual([]);
    made.submitted(made.started(failed), 'p:2'); // another attempt
    history.take(made.read());
    expect(history.building.map(({ build }) => build)).toEqual(['p:2']);

    history.end(new Date());
    expect(history.building).toEqual([]);
    expect(history.end(new Date())).toEqual([]);
  });

  it('counts no build before another attempt, and no seconds below none', () => {
    const made = new MadeHistory();
    const failed = made.failed(made.submitted(made.started(made.enter(0, 'Fetch', amd64)), 'p:1'), 'codebuild', 'x', {
      ...{ error: 'E', cause: 'c' },
    });
    made.started(failed);
    const history = new History();
    history.take(made.read());

    expect(history.building).toEqual([]);
    expect(history.end(new Date('2026-11-25T09:00:00Z'))).toMatchObject([
      { type: 'stopped', stage: 'Fetch', build: undefined, seconds: 0 },
    ]);
  });

  it('rounds seconds, and takes what has no cause for a time-out', () => {
    const history = new History();
    const event = (id: number, type: string, ms: number) => ({
      ...{ id, type, previousEventId: id - 1, timestamp: new Date(ms) },
    });
    const read = [event(1, 'TaskStateEntered', 0), event(2, 'TaskScheduled', 1000), event(3, 'TaskTimedOut', 3600)];

    expect(history.take([...read, event(4, 'ExecutionTimedOut', 9000)] as never).at(-1)).toMatchObject({
      ...{ type: 'failed', error: 'States.Timeout', cause: '', seconds: 3 },
    });
  });

  it('tells again of a wait after a build had room', () => {
    const made = new MadeHistory();
    const refused = { error: 'CodeBuild.AccountLimitExceededException', cause: 'no room' };
    let last = made.enter(0, 'Fetch', amd64);
    for (const attempt of [1, 2]) {
      for (const _ of [1, 2]) last = made.failed(made.started(last), 'codebuild', 'startBuild.sync', refused);
      last = made.submitted(made.started(last), `p:${attempt}`);
      last = made.failed(last, 'codebuild', 'startBuild.sync', { error: 'E', cause: 'c' });
    }
    made.event('ExecutionFailed', last);

    expect(told(made)).toEqual([
      'started Fetch amd64',
      'progress Fetch amd64 waiting: the CodeBuild quota of this account is used up',
      'progress Fetch amd64 p:1 working',
      'progress Fetch amd64 waiting: the CodeBuild quota of this account is used up',
      'progress Fetch amd64 p:2 working',
      'failed Fetch amd64 p:2 E',
    ]);
  });
});
