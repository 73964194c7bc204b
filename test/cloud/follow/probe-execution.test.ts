import { describe, expect, it } from 'vitest';
import { openClients } from '../../../lib/cloud/clients';
import { type ProbeOptions, probeExecution } from '../../../lib/cloud/follow/probe-execution';
import type { Answers } from '../../fixtures/aws/fake-aws';
import { failedBuildAnswers } from '../../fixtures/aws/scripted-builds';
import { type ScriptedExecution, smallDeployment, stateMachineArn } from '../../fixtures/aws/small-deployment';
import { MadeHistory, thrown } from '../../fixtures/mirrors/made-history';

const at = new Date('2026-11-25T10:00:00Z');
const resultHint =
  'the build succeeded, but its buildspec exported no RESULT: deploy again with the version of this command (npx cdk deploy); if the error persists, report it with the history of this execution';

async function probed(script: ScriptedExecution, answers: Answers = {}, changes: Partial<ProbeOptions> = {}) {
  const aws = await smallDeployment({ x86: script }, { answers });
  using clients = openClients();
  const options: ProbeOptions = { stateMachineArn, target: 'x86', at, everySeconds: 0, ...changes };
  return { made: await probeExecution(clients, options), aws };
}

/** An execution without stages. */
const ended = (ending: Omit<ScriptedExecution, 'history'>): ScriptedExecution => {
  const history = new MadeHistory();
  history.event('ExecutionStarted', 0);
  return { history, ...ending };
};

/** One whose Catch has taken an error. */
const caught = (Error_: string, Cause: string) =>
  ended({ status: 'SUCCEEDED', output: { error: { Error: Error_, Cause } } });

describe('what the state machine of a mirror is to try', () => {
  it('is started as such, and gives what came of it', async () => {
    const output = { probed: { build: 'prepare:1', result: '{"probes":[]}' } };
    const { made, aws } = await probed(ended({ status: 'SUCCEEDED', output }));

    expect(made).toBe('{"probes":[]}');
    expect(aws.started).toEqual([{ name: 'probe-x86-20261125T100000', input: { probe: 'x86' } }]);
  });

  it('is told of while it goes on', async () => {
    const history = new MadeHistory();
    history.function(0, 'Probe', {}, { a: 1 });
    const told: string[] = [];
    await probed(
      { history, status: 'SUCCEEDED', output: { probed: { result: 1 } } },
      {},
      {
        onEvent: ({ type, stage }) => void told.push(`${type} ${stage}`),
      },
    );

    expect(told).toEqual(['started Probe', 'finished Probe']);
  });

  it.each([
    [{}],
    [{ probed: {} }],
    [{ probed: { result: null } }],
    [undefined],
  ])('refuses to end without a RESULT: %j', async (output) => {
    await expect(probed(ended({ status: 'SUCCEEDED', ...(output && { output }) }))).rejects.toMatchObject({
      name: 'BadFormat',
      message: 'probe-x86-20261125T100000 ended without a RESULT',
      hint: resultHint,
    });
  });

  it('refuses to begin once it is interrupted', async () => {
    const aws = await smallDeployment({});
    using clients = openClients();
    const options = { stateMachineArn, target: 'x86', at, signal: AbortSignal.abort() } as const;

    await expect(probeExecution(clients, options)).rejects.toMatchObject({
      name: 'Interrupted',
      message: 'not tested: interrupted',
    });
    expect(aws.requests).toEqual([]);
  });

  const path = `the path '$.Build.ExportedEnvironmentVariables' is not there${'!'.repeat(400)}`;
  const cut = path.slice(0, 300);
  it.each([
    ['States.Runtime', path, 'BadFormat', cut],
    ['States.IntrinsicFailure', path, 'BadFormat', cut],
    ['States.ParameterPathFailure', path, 'BadFormat', cut],
    ['States.ResultPathMatchFailure', path, 'BadFormat', cut],
    ['States.Runtime', 'no RESULT', 'BadFormat', 'no RESULT'],
    ['States.Runtime', 'another path', 'ExecutionFailed', 'another path'],
    ['States.TaskFailed', path, 'ExecutionFailed', path],
    ['States.RuntimeOther', path, 'ExecutionFailed', path],
    ['Other.States.Runtime', path, 'ExecutionFailed', path],
  ])('refuses after %s over %.20s as %s, caught or not', async (error, cause, name, said) => {
    const isUnread = name === 'BadFormat';
    const words = `${error}: ${said}`;
    const wanted = {
      name,
      message: isUnread
        ? `the state machine cannot read the RESULT of the build: ${words}`
        : expect.stringContaining(words),
      hint: isUnread ? resultHint : undefined,
    };
    await expect(probed(ended({ status: 'FAILED', error, cause }))).rejects.toMatchObject(wanted);
    await expect(probed(caught(error, cause))).rejects.toMatchObject(wanted);
  });

  it('names the execution that ended in a way that nothing catches, and what was caught by itself', async () => {
    const said = { error: 'States.Timeout', cause: 'a day is over' };
    await expect(probed(ended({ status: 'FAILED', ...said }))).rejects.toMatchObject({
      message: 'probe-x86-20261125T100000: States.Timeout: a day is over',
    });
    await expect(probed(caught(said.error, said.cause))).rejects.toMatchObject({
      message: 'States.Timeout: a day is over',
    });
    await expect(probed(ended({ status: 'SUCCEEDED', output: { error: {} } }))).rejects.toMatchObject({
      name: 'ExecutionFailed',
      message: ': ',
    });
  });

  it('refuses as not ready where the account has no room for a build', async () => {
    await expect(
      probed(caught('CodeBuild.AccountLimitExceededException', 'Cannot have more than 0 builds')),
    ).rejects.toMatchObject({ name: 'NotReady', message: 'Cannot have more than 0 builds' });
  });

  it('refuses after a build that failed with the end of its log, and where the whole of it is', async () => {
    const history = new MadeHistory();
    history.build(0, 'Probe', {}, { id: 'extract-hwe:1', status: 'FAILED' });
    const output = { error: { Error: 'States.TaskFailed', Cause: '{}' } };

    await expect(probed({ history, status: 'SUCCEEDED', output }, failedBuildAnswers)).rejects.toMatchObject({
      name: 'ExecutionFailed',
      message: [
        'BUILD: Error while executing command: node stage.js extract. Reason: exit status 1',
        ':: installing linux-generic-hwe-24.04',
        'error NoKernel: there is no vmlinuz',
        '  look at the packages',
      ].join('\n'),
      hint: 'full log: https://console.aws.amazon.com/the-log',
    });
  });

  it.each([
    [['NotReady: later', '  hint: wait'], 'wait'],
    [['NotReady: later'], undefined],
  ])('refuses after a function that threw %j with its hint', async (trace, hint) => {
    const history = new MadeHistory();
    const { error } = thrown('NotReady', 'later');
    const cause = JSON.stringify({ errorType: 'NotReady', errorMessage: 'later', trace });
    history.function(0, 'Probe', {}, { error, cause });
    const output = { error: { Error: error, Cause: cause } };

    const refused = await probed({ history, status: 'SUCCEEDED', output }).catch((reason: unknown) => reason);
    expect(refused).toMatchObject({ name: 'ExecutionFailed', message: 'NotReady: later', hint });
  });
});
