import { describe, expect, it } from 'vitest';
import { openClients } from '../../../lib/cloud/clients';
import { buildEnding, findBuild, logPlaceOf, nextLines, reasonOf } from '../../../lib/cloud/follow/build-logs';
import { type Answers, Fault, fakeAws } from '../../fixtures/aws/fake-aws';

const place = { logGroupName: 'g', logStreamName: 's' };
const logs = { groupName: 'g', streamName: 's' };

const messages = (...lines: readonly (string | undefined)[]) => ({ events: lines.map((message) => ({ message })) });

async function ending(GetLogEvents: Answers[string], build: object = { logs }) {
  const aws = await fakeAws({ BatchGetBuilds: () => ({ builds: [build] }), GetLogEvents });
  using clients = openClients();
  return { ended: await buildEnding(clients, 'fetch:1'), asked: aws.requests };
}

describe('why a build did not succeed', () => {
  const phases = [{ phaseType: 'SUBMITTED', phaseStatus: 'SUCCEEDED' }, { phaseType: 'QUEUED' }] as const;

  it.each([
    [{ buildStatus: 'TIMED_OUT', phases }, 'the build exceeded the time limit of its project'],
    [{ buildStatus: 'STOPPED', phases }, 'the build was stopped'],
    [{ buildStatus: 'FAILED', phases }, 'the build failed'],
    [{ buildStatus: 'FAILED' }, 'the build failed'],
    [{ phases: [...phases, { phaseType: 'BUILD', phaseStatus: 'FAILED' }] }, 'BUILD: FAILED'],
    [{ phases: [...phases, { phaseType: 'BUILD', phaseStatus: 'FAULT', contexts: [] }] }, 'BUILD: FAULT'],
    [
      { phases: [{ phaseType: 'BUILD', phaseStatus: 'FAILED', contexts: [{ statusCode: 'YAML_FILE_ERROR' }] }] },
      'BUILD: YAML_FILE_ERROR',
    ],
    [
      {
        phases: [
          { phaseType: 'BUILD', phaseStatus: 'FAILED', contexts: [{ statusCode: 'X', message: 'no room' }] },
          { phaseType: 'POST_BUILD', phaseStatus: 'FAILED' },
        ],
      },
      'BUILD: no room',
    ],
  ] as const)('is of %j: %s', (build, reason) => {
    expect(reasonOf(build as never)).toBe(reason);
  });
});

describe('where the log of a build lies', () => {
  it('is known once CodeBuild names group and stream', () => {
    expect(logPlaceOf({ logs })).toEqual(place);
    for (const build of [undefined, {}, { logs: {} }, { logs: { groupName: 'g' } }, { logs: { streamName: 's' } }]) {
      expect(logPlaceOf(build)).toBeUndefined();
    }
  });

  it('is for people the link that CodeBuild gives, or else the page of the build', async () => {
    const arn = 'arn:aws:codebuild:eu-west-1:123456789012:build/fetch:1';
    const none = () => messages();

    expect((await ending(none, { arn, logs: { deepLink: 'https://link' } })).ended.page).toBe('https://link');
    expect((await ending(none, { arn })).ended.page).toBe(
      'https://eu-west-1.console.aws.amazon.com/codesuite/codebuild/projects/fetch/build/fetch%3A1/log?region=eu-west-1',
    );
    expect((await ending(none, {})).ended.page).toContain('/projects/fetch/build/fetch%3A1/log');
  });
});

describe('the end of a log', () => {
  it('is none where the build never had a log, and nothing is asked for', async () => {
    const { ended, asked } = await ending(() => messages('a'), { logs: { groupName: 'g' } });

    expect(ended.tail).toEqual([]);
    expect(asked.map(({ operation }) => operation)).toEqual(['BatchGetBuilds']);
  });

  it('has the lines of its events as they look in a terminal, without empty ones and those of CodeBuild', async () => {
    const { ended } = await ending(() =>
      messages(
        'one\ntwo\r\n\r\n\n',
        undefined,
        'down 10 %\rdown 20 %\rdone\r\r\n',
        '[Container] 2026/11/25 Phase complete\n',
        ' [Container] of ours\n[Container]x',
        'a\r',
      ),
    );

    expect(ended.tail).toEqual(['one', 'two', 'done', ' [Container] of ours', '[Container]x', 'a']);
  });

  it('has at most 400 letters to a line', async () => {
    const { ended } = await ending(() => messages(`${'x'.repeat(400)}y\n`));

    expect(ended.tail).toEqual(['x'.repeat(400)]);
  });

  it('is read backwards, page by page, until there are 20 lines', async () => {
    const lines = (from: number) => messages(...Array.from({ length: 12 }, (_, at) => `${from + at}\n`));
    const { ended, asked } = await ending(({ nextToken }) => {
      if (nextToken === undefined) return { ...lines(24), nextBackwardToken: 'b/1' };
      return nextToken === 'b/1' ? { ...lines(12), nextBackwardToken: 'b/2' } : lines(0);
    });

    expect(ended.tail).toEqual(Array.from({ length: 20 }, (_, at) => String(16 + at)));
    const pages = asked.filter(({ operation }) => operation === 'GetLogEvents').map(({ input }) => input);
    expect(pages).toEqual([
      { ...place, limit: 100 },
      { ...place, limit: 100, nextToken: 'b/1' },
    ]);
  });

  it.each([
    ['the beginning, where the same page comes again', () => ({ ...messages(), nextBackwardToken: 'b' }), 2],
    ['the beginning, where there is no other page', () => messages(), 1],
    [
      'the beginning, where the page before has no other',
      ({ nextToken }: { readonly nextToken?: unknown }) => ({
        ...messages(),
        ...(nextToken === undefined && { nextBackwardToken: 'b' }),
      }),
      2,
    ],
    ['its fifth page', ({ nextToken = 'b' }) => ({ ...messages(), nextBackwardToken: `${nextToken}b` }), 5],
  ] as const)('is looked for up to %s', async (_, GetLogEvents, pages) => {
    const { ended, asked } = await ending(GetLogEvents as Answers[string]);

    expect(ended.tail).toEqual([]);
    expect(asked.filter(({ operation }) => operation === 'GetLogEvents')).toHaveLength(pages);
  });

  it('says why it cannot be read', async () => {
    const { ended } = await ending(() => new Fault('AccessDeniedException', 'not for you'));

    expect(ended.tail).toEqual([
      '(the log cannot be read: no permission to show the log g/s: AccessDeniedException: not for you)',
    ]);
  });
});

describe('a build', () => {
  it('that CodeBuild has forgotten has no log and no page', async () => {
    await fakeAws({ BatchGetBuilds: () => ({ builds: [] }) });
    using clients = openClients();

    expect(await buildEnding(clients, 'fetch:1')).toEqual({
      ...{ reason: 'CodeBuild has no build fetch:1', tail: [], page: undefined },
    });
  });

  it('is asked for by its id', async () => {
    const aws = await fakeAws({ BatchGetBuilds: () => ({ builds: [{ id: 'fetch:1' }, { id: 'other:1' }] }) });
    using clients = openClients();

    expect(await findBuild(clients.codebuild, 'fetch:1')).toMatchObject({ id: 'fetch:1' });
    expect(aws.requests).toEqual([{ operation: 'BatchGetBuilds', input: { ids: ['fetch:1'] } }]);
  });

  it.each([
    ['AccessDeniedException', 'no permission to describe the build fetch:1: AccessDeniedException: no'],
    [
      'InvalidInputException',
      'cannot describe the build fetch:1: the request to AWS failed: InvalidInputException: no',
    ],
  ])('refuses to be shown after %s', async (fault, message) => {
    await fakeAws({ BatchGetBuilds: () => new Fault(fault, 'no') });
    using clients = openClients();

    await expect(buildEnding(clients, 'fetch:1')).rejects.toMatchObject({ message });
    await expect(findBuild(clients.codebuild, 'fetch:1')).rejects.toMatchObject({ message });
  });

  it('is none where CodeBuild says nothing', async () => {
    await fakeAws({ BatchGetBuilds: () => ({}) });
    using clients = openClients();

    expect(await findBuild(clients.codebuild, 'fetch:1')).toBeUndefined();
  });
});

describe('the next lines of a log', () => {
  it('come from its beginning, and then after the token of those before', async () => {
    const aws = await fakeAws({
      GetLogEvents: ({ nextToken }) =>
        nextToken === undefined ? { ...messages('a\nb\n', undefined, 'c'), nextForwardToken: 'f' } : {},
    });
    using clients = openClients();

    expect(await nextLines(clients.logs, place, undefined)).toEqual({ lines: ['a', 'b', 'c'], token: 'f' });
    expect(await nextLines(clients.logs, place, 'f')).toEqual({ lines: [], token: undefined });
    expect(aws.requests.map(({ input }) => input)).toEqual([
      { ...place, startFromHead: true },
      { ...place, startFromHead: true, nextToken: 'f' },
    ]);
  });

  it('refuses to show a log that is not there by its name', async () => {
    await fakeAws({ GetLogEvents: () => new Fault('ResourceNotFoundException', 'none') });
    using clients = openClients();

    await expect(nextLines(clients.logs, place, undefined)).rejects.toMatchObject({
      message: 'cannot show the log g/s: the request to AWS failed: ResourceNotFoundException: none',
    });
  });
});
