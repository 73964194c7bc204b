import { expect, it } from 'vitest';
import { openClients } from '../../../lib/cloud/clients';
import { BuildProgress } from '../../../lib/cloud/follow/build-progress';
import { type Answers, Fault, fakeAws } from '../../fixtures/aws/fake-aws';

const fetching = { stage: 'Fetch', architecture: 'amd64', kernel: undefined, log: undefined, build: 'fetch:1' };
const logs = { groupName: 'g', streamName: 's' };

/** A log that has one line more at each look. */
function growingLog(lines: readonly string[]): Answers {
  return {
    BatchGetBuilds: () => ({ builds: [{ id: 'fetch:1', logs }] }),
    GetLogEvents: ({ nextToken, startFromHead }) => {
      const at = Number(nextToken ?? 0);
      if (startFromHead !== true) return new Fault('InvalidParameterException', 'not from the head');
      const events = lines.slice(at, at + 1).map((message) => ({ timestamp: 1, message: `${message}\n` }));
      return { events, nextForwardToken: String(Math.min(at + 1, lines.length)) };
    },
  };
}

async function looks(count: number, answers: Answers): Promise<(string | undefined)[]> {
  await fakeAws(answers);
  using clients = openClients();
  const progress = new BuildProgress(clients);
  const said: (string | undefined)[] = [];
  for (let look = 0; look < count; look++) said.push((await progress.look([fetching]))[0]?.text);
  return said;
}

it('tells each word of a running build once', async () => {
  const log = growingLog(['[Container] Running', ':: downloading', 'Get:1 noble', ':: packing']);

  expect(await looks(5, log)).toEqual([undefined, 'downloading', undefined, 'packing', undefined]);
});

it('asks where the log lies only until that is known', async () => {
  let times = 0;
  const BatchGetBuilds = () => ({ builds: [{ id: 'fetch:1', logs: ++times > 2 ? logs : { groupName: 'g' } }] });

  expect(await looks(5, { ...growingLog([':: a', ':: b']), BatchGetBuilds })).toEqual([
    undefined,
    undefined,
    'a',
    'b',
    undefined,
  ]);
  expect(times).toBe(3);
});

it.each([
  'ResourceNotFoundException',
  'AccessDeniedException',
])('goes without a word where the log gives %s', async (fault) => {
  const GetLogEvents = () => new Fault(fault, 'no');

  expect(await looks(2, { ...growingLog([':: a']), GetLogEvents })).toEqual([undefined, undefined]);
});

it('says once that a build is queued, and once that its machine is being provisioned, before its log has words', async () => {
  const phases = ['QUEUED', 'QUEUED', 'PROVISIONING', 'PROVISIONING', 'DOWNLOAD_SOURCE'];
  let times = 0;
  // The place of the log is known at once.
  const BatchGetBuilds = () => ({ builds: [{ id: 'fetch:1', logs, currentPhase: phases[times++] }] });

  expect(await looks(6, { ...growingLog([':: a', ':: b']), BatchGetBuilds })).toEqual([
    'QUEUED: waiting for other builds on machines of this kind',
    undefined,
    'PROVISIONING: CodeBuild is starting the machine',
    undefined,
    'a',
    'b',
  ]);
});

it('tells of each build by itself, with its stage, and nothing of one without a word', async () => {
  const places = ['a', 'b', 'c'].map((streamName) => ({ groupName: 'g', streamName }));
  await fakeAws({
    BatchGetBuilds: ({ ids }) => ({ builds: [{ logs: places[Number(String(ids).split(':')[1])] }] }),
    GetLogEvents: ({ logStreamName, nextToken }) => ({
      events: logStreamName === 'c' ? [] : [{ message: `::  ${logStreamName} after ${nextToken} \nx :: y\n` }],
      nextForwardToken: `${logStreamName}+`,
    }),
  });
  using clients = openClients();
  const progress = new BuildProgress(clients);
  const builds = [0, 1, 2].map((at) => ({ ...fetching, kernel: `k${at}`, build: `fetch:${at}` }));
  const { build: _, ...run } = fetching;

  for (const [a, b] of [
    ['undefined', 'undefined'],
    ['a+', 'b+'],
  ]) {
    expect(await progress.look(builds)).toEqual([
      { ...run, kernel: 'k0', type: 'progress', text: `a after ${a}` },
      { ...run, kernel: 'k1', type: 'progress', text: `b after ${b}` },
    ]);
  }
});

it('goes on after its last line where AWS gives no token', async () => {
  const asked: unknown[] = [];
  await looks(4, {
    ...growingLog([]),
    GetLogEvents: ({ nextToken }) => {
      asked.push(nextToken);
      return { events: [], ...(asked.length === 1 && { nextForwardToken: 'f' }) };
    },
  });

  expect(asked).toEqual([undefined, 'f', 'f', 'f']);
});

it.each([
  ['ExpiredTokenException', 'NoCredentials'],
  ['UnrecognizedClientException', 'NoCredentials'],
])('refuses to go on after %s, which no later look will change', async (fault, name) => {
  await expect(looks(1, { BatchGetBuilds: () => new Fault(fault, 'no') })).rejects.toMatchObject({ name });
});

it('refuses to go on after what is no answer of AWS', async () => {
  const codebuild = { send: () => Promise.reject(Object.assign(new Error('stop'), { name: 'AbortError' })) };
  const progress = new BuildProgress({ codebuild, logs: {} } as never);

  await expect(progress.look([fetching])).rejects.toThrow('stop');
});
