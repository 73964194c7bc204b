import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runStatus } from '../../../bin/commands/reading/status';
import { openClients } from '../../../lib/cloud/clients';
import { startExecution } from '../../../lib/cloud/follow/executions';
import { BuildRequest } from '../../../lib/job/build-request';
import { mirror as layout } from '../../../lib/job/layout';
import { endlessBuild, failedBuild, failedBuildAnswers, wellBuild } from '../../fixtures/aws/scripted-builds';
import {
  type ScriptedExecution,
  smallDeployment,
  stackName,
  stateMachineArn,
} from '../../fixtures/aws/small-deployment';
import { makeSmallMirror, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serve } from '../../fixtures/servers/served-folder';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { closedServer } from '../../store/http/answering-server';
import { keptTerminal } from '../terminal/kept-terminal';

/** Starts executions of these releases, and follows none. */
async function started(releases: readonly string[]): Promise<void> {
  using clients = openClients();
  for (const release of releases) {
    const request = BuildRequest.parse({ release, architectures: ['amd64'] });
    await startExecution(clients.sfn, { stateMachineArn, request, at: new Date() });
  }
}

/** All of it is there at the first look. */
const whole = (script: ScriptedExecution): ScriptedExecution => ({ ...script, eventsPerLook: 1000 });

async function status(options: { json?: boolean; last?: string } = {}) {
  const terminal = keptTerminal();
  const code = await runStatus({ stack: stackName, ...options }, terminal);
  return { code, ...terminal };
}

describe('the status of a deployed mirror', () => {
  it('is its executions, what they do or failed at, and what its views hold', async () => {
    const folder = temporaryFolder();
    await makeSmallMirror(folder, { signer: await smallSigner() });
    await using site = await serve(folder);
    const scripts = { noble: failedBuild(), jammy: endlessBuild(), focal: whole(wellBuild()) };
    const aws = await smallDeployment(scripts, { url: site.address, answers: failedBuildAnswers });
    await started(['noble', 'jammy', 'focal']);
    const [noble, jammy, focal] = aws.started.map(({ name }) => name);

    const { code, outLines } = await status();

    expect(code).toBe(0);
    expect(outLines.map((line) => line.replace(/ {2,}/g, '  '))).toEqual([
      `mirror  ${site.address}`,
      'keyring  http://127.0.0.1:1/keyring.gpg',
      '',
      'EXECUTION  RELEASE  VIEW  STATUS  STARTED  TOOK  STAGE',
      `${noble}  noble  candidate  FAILED  2026-11-25 10:00Z  10 min  Extract amd64 hwe, Publish amd64`,
      `${jammy}  jammy  candidate  RUNNING  2026-11-25 10:00Z  -  Fetch amd64`,
      `${focal}  focal  candidate  SUCCEEDED  2026-11-25 10:00Z  10 min  -`,
      '',
      'VIEW  RELEASE  ARCHITECTURES  FLAVOURS  NEWEST  VERSIONS',
      'candidate  bookworm  amd64  cloud, generic  20261120  1',
    ]);
  });

  it('leaves out a view that cannot be read, with what to do, and fails', async () => {
    const folder = temporaryFolder();
    await makeSmallMirror(folder, { signer: await smallSigner() });
    writeFileSync(join(folder, layout.index('candidate')), 'no index');
    await using site = await serve(folder);
    await smallDeployment({ noble: failedBuild() }, { url: site.address, answers: failedBuildAnswers });
    await started(['noble']);

    const { code, outLines, errLines } = await status();

    expect(code).toBe(1);
    expect(outLines.at(-1)).toMatch(/ FAILED /); // not that nothing has been published
    expect(errLines[0]).toMatch(/^warning: candidate is left out: /);
    expect(errLines.at(-1)).toBe('    maas-mirror repair candidate --dry-run --stack SmallMirror');
  });

  it('is JSON for programs', async () => {
    const folder = temporaryFolder();
    await makeSmallMirror(folder, { signer: await smallSigner() });
    await using site = await serve(folder);
    await smallDeployment({ noble: failedBuild() }, { url: site.address, answers: failedBuildAnswers });
    await started(['noble']);

    const { outLines } = await status({ json: true });

    expect(JSON.parse(outLines.join('\n'))).toMatchObject({
      stack: 'SmallMirror',
      mirror: site.address,
      executions: [
        {
          release: 'noble',
          status: 'FAILED',
          started: '2026-11-25T10:00:00.000Z',
          stages: [{ stage: 'ExtractHwe', architecture: 'amd64', kernel: 'hwe' }, { stage: 'Publish' }],
        },
      ],
      views: [{ view: 'candidate', release: 'bookworm', newest: '20261120', versions: 1 }],
    });
  });

  it('is told where nothing was built and published yet', async () => {
    await smallDeployment({});

    const { code, outLines } = await status();

    expect(code).toBe(0);
    expect(outLines.slice(2)).toEqual(['', 'nothing has been built yet', '', 'nothing has been published yet']);
  });

  it('shows the executions though the mirror cannot be read', async () => {
    const aws = await smallDeployment({ noble: whole(wellBuild()) }, { url: await closedServer() });
    await started(['noble']);

    const { code, outLines, errLines } = await status();

    expect(code).toBe(1);
    expect(outLines).toContainEqual(expect.stringContaining(aws.started[0]?.name ?? ''));
    expect(errLines[0]).toMatch(/^error: cannot read the mirror: .*ECONNREFUSED/);
  });

  it.each([
    [0, '0 s'],
    [59.4, '59 s'],
    [59.5, '1 min'],
    [89, '1 min'],
    [90, '2 min'],
  ])('says of an execution that took %d seconds: %s', async (seconds, took) => {
    const input = '{"release":"noble","view":"next"}';
    const times = { startDate: 1764064800, stopDate: 1764064800 + seconds };
    const DescribeExecution = ({ executionArn }: { readonly executionArn?: unknown }) => {
      return { executionArn, name: 'x', input, ...times, status: 'SUCCEEDED', output: '{}' };
    };
    await smallDeployment({ noble: whole(wellBuild()) }, { answers: { DescribeExecution } });
    await started(['noble']);

    const [line = ''] = (await status()).outLines.filter((one) => one.includes('SUCCEEDED'));
    expect(line.split(/ {2,}/)[5]).toBe(took);
  });

  it.each(['some', '0', '101', '1.5', '-1', ''])('refuses %j as a count', async (last) => {
    await expect(status({ last })).rejects.toMatchObject({
      ...{ name: 'BadInput', message: `--last ${JSON.stringify(last)}: not a number from 1 to 100`, misuse: true },
      hint: 'give the number of executions to show, such as --last 10',
    });
  });

  it.each(['1', '100'])('takes %s as a count', async (last) => {
    await smallDeployment({});
    expect((await status({ last })).code).toBe(0);
  });
});
