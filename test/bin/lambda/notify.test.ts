import { describe, expect, it } from 'vitest';
import { topicVariable } from '../../../lib/job/environment';
import { callDeployed, measuredIn } from '../../fixtures/aws/called-function';
import { type Answers, Fault } from '../../fixtures/aws/fake-aws';
import {
  endlessBuild,
  failedBuild,
  failedBuildAnswers,
  logAnswers,
  notReadyBuild,
} from '../../fixtures/aws/scripted-builds';
import { type ScriptedExecution, smallDeployment, stateMachineArn } from '../../fixtures/aws/small-deployment';

const topic = 'arn:aws:sns:eu-west-1:123456789012:failures';
const name = 'noble-20261125T100000-00000000';

/** What Notify does when EventBridge says that such an execution has ended. */
async function notify(script: ScriptedExecution, answers: Answers = {}) {
  const aws = await smallDeployment(
    { noble: script },
    { answers: { Publish: () => '<MessageId>1</MessageId>', ...answers } },
  );
  const executionArn = aws.begin({ name, release: 'noble' });
  const { status } = script;
  const detail = { name, executionArn, stateMachineArn, status, input: '{"release":"noble","view":"next"}' };
  const log: string[] = [];
  const called = callDeployed('notify', { detail }, { [topicVariable]: topic }, log);
  const letters = () =>
    aws.requests.filter(({ operation }) => operation === 'Publish').map(({ input }) => String(input.Message));
  return { called, log, letters };
}

async function told(script: ScriptedExecution, answers?: Answers) {
  const { called, log, letters } = await notify(script, answers);
  await called;
  return { log, letters: letters(), failed: measuredIn(log).Failed };
}

/** Its last word is another. */
const failedWith = (last: string): Answers => ({ ...failedBuildAnswers, ...logAnswers(`${last}\n`) });

describe('of an execution that failed', () => {
  it('a notification says what failed, and the alarm rings', async () => {
    const { letters, failed, log } = await told(failedBuild(), failedBuildAnswers);

    expect(letters).toEqual([expect.stringContaining('error NoKernel: there is no vmlinuz')]);
    expect(failed).toBe(1);
    expect(log).toEqual([expect.stringContaining(`"StateMachineArn":"${stateMachineArn}"`)]);
  });

  it('nobody is told where a build was not ready, but the log', async () => {
    const { letters, failed, log } = await told(failedBuild(), failedWith('error NotReady: half updated'));

    expect(letters).toEqual([]);
    expect(failed).toBe(0);
    expect(log.slice(1)).toEqual([
      `${name}: no notification, since upstream was not ready: NotReady: half updated; RequiredKernelFailed: amd64 has no hwe`,
    ]);
  });

  it('nobody is told where a function was not ready', async () => {
    expect(await told(notReadyBuild())).toMatchObject({ letters: [], failed: 0 });
  });

  it('a notification is sent where nobody may read why', async () => {
    const GetLogEvents = () => new Fault('AccessDeniedException', 'not for you');
    const { letters, failed } = await told(failedBuild(), { ...failedBuildAnswers, GetLogEvents });

    expect(letters).toEqual([expect.stringContaining('the log cannot be read')]);
    expect(failed).toBe(1);
  });

  it('the alarm rings though the notification cannot be sent', async () => {
    const Publish = () => new Fault('AuthorizationError', 'no');
    const { called, log } = await notify(failedBuild(), { ...failedBuildAnswers, Publish });

    await expect(called).rejects.toThrow('no');
    expect(measuredIn(log).Failed).toBe(1);
  });
});

it.each([
  'ABORTED',
  'TIMED_OUT',
] as const)('of an execution that is %s a notification is sent, and AWS has a metric of its own', async (status) => {
  const { letters, failed } = await told({ ...endlessBuild(), status }, failedBuildAnswers);

  expect(letters).toEqual([expect.stringContaining(`has ended: ${status}`)]);
  expect(failed).toBe(0);
});

it('a notification is sent of an execution that somebody aborted after a stage that was not ready', async () => {
  expect((await told({ ...notReadyBuild(), status: 'ABORTED' })).letters).toHaveLength(1);
});

it.each([
  'FAILED',
  'ABORTED',
])('of an execution of the doctor that is %s no message is sent, and no alarm goes off', async (status) => {
  const aws = await smallDeployment({}, { answers: { Publish: () => '<MessageId>1</MessageId>' } });
  const log: string[] = [];
  const detail = { name: 'probe-x86-1', executionArn: 'arn:x', stateMachineArn, status, input: '{"probe":"x86"}' };

  await callDeployed('notify', { detail }, { [topicVariable]: topic }, log);

  expect(log).toEqual(['probe-x86-1: no notification, since maas-mirror doctor started it']);
  expect(aws.requests).toEqual([]);
});
