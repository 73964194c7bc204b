import { describe, expect, it } from 'vitest';
import { openClients } from '../../../lib/cloud/clients';
import { stageFailure } from '../../../lib/cloud/follow/stage-failure';
import { MirrorError } from '../../../lib/errors';
import { type Answers, Fault, fakeAws } from '../../fixtures/aws/fake-aws';
import { failedBuildAnswers } from '../../fixtures/aws/scripted-builds';

const stage = { stage: 'ExtractHwe', architecture: 'amd64', kernel: 'hwe', log: undefined };
const failed = {
  ...stage,
  type: 'failed',
  seconds: 3,
  build: 'extract-hwe:1',
  error: 'States.TaskFailed',
  cause: '{}',
} as const;

async function failure(changes: object = {}, answers: Answers = failedBuildAnswers) {
  await fakeAws(answers);
  using clients = openClients();
  return await stageFailure({ ...failed, ...changes }, clients);
}

const builds = (build: object): Answers => ({
  ...failedBuildAnswers,
  BatchGetBuilds: () => ({ builds: [{ id: 'extract-hwe:1', ...build }] }),
});

describe('the failure of a build', () => {
  it('is the phase that failed, with the end of its log', async () => {
    expect(await failure()).toEqual({
      ...stage,
      log: 'https://console.aws.amazon.com/the-log',
      tail: [':: installing linux-generic-hwe-24.04', 'error NoKernel: there is no vmlinuz', '  look at the packages'],
      error: 'BUILD: Error while executing command: node stage.js extract. Reason: exit status 1',
      hint: undefined,
    });
  });

  it.each([
    ['TIMED_OUT', 'the build exceeded the time limit of its project'],
    ['STOPPED', 'the build was stopped'],
    ['FAULT', 'the build failed'],
  ])('is told in words where it is %s', async (buildStatus, error) => {
    expect((await failure({}, builds({ buildStatus }))).error).toBe(error);
  });

  it('is that of the state where that ran out of time', async () => {
    expect((await failure({ error: 'States.Timeout' })).error).toBe('the stage exceeded its time limit');
  });

  it.each([
    ['what CodeBuild says of it', { Id: 'extract-hwe:1' }],
    ['an answer with it', { Build: { Id: 'extract-hwe:1' } }],
  ])('is found by %s where its start was not seen', async (_, cause) => {
    expect((await failure({ build: undefined, cause: JSON.stringify(cause) })).tail).toHaveLength(3);
  });

  it('is told though its log cannot be read, or CodeBuild not be asked', async () => {
    const denied = () => new Fault('AccessDeniedException', 'not for you');

    expect(await failure({}, { ...failedBuildAnswers, GetLogEvents: denied })).toMatchObject({
      tail: [expect.stringMatching(/^\(the log cannot be read: .* not for you\)$/)],
      error: expect.stringMatching(/^BUILD: Error while executing/),
      log: 'https://console.aws.amazon.com/the-log',
    });
    expect(await failure({}, { BatchGetBuilds: denied })).toMatchObject({
      tail: [],
      error: expect.stringMatching(/^build extract-hwe:1 failed; its details cannot be read: .* not for you$/),
    });
  });

  it('has 20 lines of a long log, which are cut where they are long, without those of CodeBuild', async () => {
    const lines = Array.from({ length: 90 }, (_, at) => (at % 2 ? `[Container] ${at}` : `${at} ${'x'.repeat(500)}`));
    const GetLogEvents = () => ({
      events: lines.map((message) => ({ message: `${message}\n` })),
      nextBackwardToken: 'b',
    });

    const { tail } = await failure({}, { ...failedBuildAnswers, GetLogEvents });

    expect(tail).toHaveLength(20);
    expect(tail.at(-1)).toMatch(/^88 x+$/);
    expect(new Set(tail.map(({ length }) => length))).toEqual(new Set([400]));
  });

  it('is named where CodeBuild has forgotten the build', async () => {
    const BatchGetBuilds = () => ({ builds: [], buildsNotFound: ['extract-hwe:1'] });

    expect(await failure({}, { BatchGetBuilds })).toEqual({
      ...stage,
      ...{ log: undefined, tail: [], error: 'CodeBuild has no build extract-hwe:1', hint: undefined },
    });
  });
});

describe('the failure of what is no build', () => {
  it('is what the function threw, with what to do', async () => {
    const thrown = new MirrorError('NotReady', 'the stream is being updated', { hint: 'run it again\nlater' });
    const { name: errorType, message: errorMessage, stack = '' } = thrown;
    const cause = JSON.stringify({ errorType, errorMessage, trace: stack.split('\n') }); // as Lambda's runtime does

    expect(await failure({ build: undefined, error: 'NotReady', cause })).toMatchObject({
      error: 'NotReady: the stream is being updated',
      hint: 'run it again later',
    });
  });

  it('has no hint where the function threw something else', async () => {
    const cause = JSON.stringify({
      errorType: 'TypeError',
      errorMessage: 'no',
      trace: ['TypeError: no', '    at x.js:1'],
    });

    expect(await failure({ build: undefined, error: 'TypeError', cause })).toMatchObject({
      error: 'TypeError: no',
      hint: undefined,
    });
  });

  it.each([
    'null',
    '[]',
    '7',
    '{"Id":7}',
    '{"Build":null}',
    '{"Build":{}}',
    '{"Id":"cut off',
  ])('is what Step Functions says, be it %s', async (cause) => {
    expect(await failure({ build: undefined, error: 'E', cause, log: 'the log' })).toEqual({
      ...stage,
      ...{ log: 'the log', tail: [], error: `E: ${cause}`, hint: undefined },
    });
  });

  it('is what Step Functions says', async () => {
    const said = { build: undefined, error: 'States.Runtime', cause: 'the path $.x is not there' };
    expect((await failure(said)).error).toBe('States.Runtime: the path $.x is not there');
  });

  it('says where to ask where there was never room for a build', async () => {
    const { error, hint } = await failure({ build: undefined, error: 'CodeBuild.AccountLimitExceededException' });

    expect(error).toBe('the CodeBuild quota of the account was used up for hours, so the build never started');
    expect(hint).toBe(
      'request an increase: Service Quotas, AWS CodeBuild, "Concurrently running builds" for this compute type',
    );
  });
});
