import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { expect, it } from 'vitest';
import { runDoctor } from '../../../bin/commands/reading/doctor';
import { MaasMirror, UbuntuRelease } from '../../../lib';
import { type SmallAccount, smallAccount } from '../../fixtures/aws/probed-mirror/small-account';
import { failedBuildAnswers } from '../../fixtures/aws/scripted-builds';
import { type ScriptedExecution, smallDeployment, stackName } from '../../fixtures/aws/small-deployment';
import { MadeHistory } from '../../fixtures/mirrors/made-history';
import { statementsOf } from '../../mirror/statements';
import { keptTerminal } from '../terminal/kept-terminal';
import '../../fixtures/needs-seconds';

it('asks AWS for nothing that docs/operations.md does not say, or the mirror lets those do who order builds', async () => {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  new MaasMirror(stack, 'Mirror', { releases: [UbuntuRelease.NOBLE] }).grantStartRelease(
    new Role(stack, 'Operator', { assumedBy: new AccountRootPrincipal() }),
  );
  const granted = statementsOf(Template.fromStack(stack), /^Operator/).flatMap(({ Action }) => Action);
  const [, rights = ''] =
    /To run `doctor`, you need ([\s\S]*?)\n\n/.exec(readFileSync('docs/operations.md', 'utf8')) ?? [];
  const said = [...rights.matchAll(/`\w+:(\w+)`/g)].map(([, action]) => action);
  const allowed = [...said, ...granted.map((action) => action.split(':')[1]), 'GetCallerIdentity']; // which all may ask

  const asked = new Set([
    ...(await askedBy({ stack: stackName }, { mirror: {} })),
    ...(await askedBy({}, { distributions: 0, quotas: {} })),
  ]);

  expect([...asked]).toEqual(expect.arrayContaining(['StartExecution', 'GetLogEvents', 'CreateDistribution']));
  expect([...asked].filter((operation) => !allowed.includes(operation))).toEqual([]);
});

/** What the doctor asks of such an account, in which builds fail. */
async function askedBy(options: { readonly stack?: string }, account: SmallAccount): Promise<string[]> {
  const aws = await smallDeployment(
    { x86: failed(), signing: failed() },
    {
      answers: { ...smallAccount(account), ...failedBuildAnswers },
    },
  );
  await runDoctor({ everySeconds: 0.001, ...options }, keptTerminal());
  return aws.requests.map(({ operation }) => operation);
}

function failed(): ScriptedExecution {
  const history = new MadeHistory();
  const build = { id: 'extract-hwe:1', status: 'FAILED' } as const;
  history.build(history.event('ExecutionStarted', 0), 'ProbeX86', { probe: 'x86' }, build);
  history.event('ExecutionSucceeded', history.events.length);
  return { history, status: 'SUCCEEDED', output: { error: { Error: 'States.TaskFailed', Cause: '{}' } } };
}
