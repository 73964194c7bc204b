import { describe, expect, it } from 'vitest';
import { type DoctorOptions, runDoctor } from '../../../bin/commands/reading/doctor';
import type { Answers } from '../../fixtures/aws/fake-aws';
import { type SmallAccount, smallAccount } from '../../fixtures/aws/probed-mirror/small-account';
import {
  type Exported,
  probingBuild,
  probingFunction,
  TaskError,
} from '../../fixtures/aws/probed-mirror/small-workflow';
import { failedBuildAnswers } from '../../fixtures/aws/scripted-builds';
import { type ScriptedExecution, smallDeployment, stackName } from '../../fixtures/aws/small-deployment';
import { makeSmallMirror, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serve } from '../../fixtures/servers/served-folder';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keptTerminal } from '../terminal/kept-terminal';
import '../../fixtures/needs-seconds';
import { told } from '../doctor/told';

const fingerprint = 'A'.repeat(40);
const signing = () => probingFunction(async () => ({ fingerprint }));
const probes = [
  { name: 'overlay', ok: true, evidence: 'an overlay on a tmpfs is writable' },
  { name: 'qemu', ok: true, evidence: 'qemu-system-x86_64 boots in 0.3 s' },
];
const exporting = (result: object): Exported => [{ Name: 'RESULT', Value: JSON.stringify(result) }];
const built = (result: object, target: 'x86' | 'arm' = 'x86') => probingBuild(target, async () => exporting(result));
const loopless = { probes: [{ name: 'loop', ok: false, evidence: 'no loop devices' }] };
const arm = { ProbeProjectNameArm: 'prepare-arm' };

interface Deployment {
  readonly account?: SmallAccount;
  readonly scripts?: Readonly<Record<string, ScriptedExecution>>;
  readonly answers?: Answers;
}

/** What the doctor says of a mirror whose executions go as scripted. */
async function doctor({ account, scripts, answers }: Deployment = {}, options: Partial<DoctorOptions> = {}) {
  const executions = scripts ?? {
    x86: await built({ probes }),
    arm: await built({ probes }, 'arm'),
    signing: await signing(),
  };
  const aws = await smallDeployment(executions, {
    answers: { ...smallAccount({ mirror: {}, ...account }), ...answers },
  });
  const terminal = keptTerminal();
  const code = await runDoctor({ stack: stackName, everySeconds: 0.01, ...options }, terminal);
  return { code, aws, ...terminal };
}

describe('the doctor of a deployed mirror', () => {
  it('tries all through the state machine, and says what it found', async () => {
    const folder = temporaryFolder();
    const signer = await smallSigner();
    await makeSmallMirror(folder, { signer });
    await using site = await serve(folder);
    const mirror = { MirrorUrl: site.address, KeyringUrl: `${site.address}keyring.gpg` };

    const { code, outLines, errLines, aws } = await doctor({ account: { mirror } });

    expect(outLines).toEqual([
      '✓ credentials          account 123456789012, region eu-west-1, as arn:aws:iam::123456789012:user/me',
      '✓ bootstrap            CDKToolkit, version 28',
      `✓ stack                SmallMirror, CREATE_COMPLETE, serves ${site.address}`,
      '✓ quota Linux/Medium   20 builds at once',
      '✓ quota Linux/Small    20 builds at once',
      '✓ x86: build           the state machine can run builds of prepare on Linux/Medium and read their results',
      '✓ x86: overlay         an overlay on a tmpfs is writable',
      '✓ x86: qemu            qemu-system-x86_64 boots in 0.3 s',
      `✓ signing              Publish signs with key ${fingerprint}`,
      `✓ keyring              ${site.address}keyring.gpg is available: ${signer.fingerprint}`,
    ]);
    expect(errLines).toEqual(['ProbeX86 …', 'ProbeSigning …']);
    expect(code).toBe(0);
    expect(aws.started.map(({ input }) => input)).toEqual([{ probe: 'x86' }, { probe: 'signing' }]);
    expect(aws.started[0]?.name).toMatch(/^probe-x86-\d{8}T\d{6}$/);
    expect(aws.requests.map(({ operation }) => operation)).not.toContain('StartBuild');
  });

  it('tries the arm machines, too, where the mirror has some, and says what was found on which', async () => {
    const scripts = { x86: await built({ probes }), arm: await built(loopless, 'arm'), signing: await signing() };

    const { code, outLines } = await doctor({ account: { mirror: arm }, scripts });

    expect(outLines.slice(5, 11)).toEqual([
      '✓ quota ARM/Large      20 builds at once',
      '✓ x86: build           the state machine can run builds of prepare on Linux/Medium and read their results',
      '✓ x86: overlay         an overlay on a tmpfs is writable',
      '✓ x86: qemu            qemu-system-x86_64 boots in 0.3 s',
      '✓ arm: build           the state machine can run builds of prepare-arm on ARM/Large and read their results',
      '✗ arm: loop            no loop devices',
    ]);
    expect(outLines[11]).toMatch(/^ {23}builds must be privileged/);
    expect(code).toBe(1);
  });

  it('says where more can be had when there is never room, and goes on with what has another quota', async () => {
    let asked = 0;
    const full = await probingBuild('x86', async () => {
      asked += 1;
      throw new TaskError('CodeBuild.AccountLimitExceededException', 'Cannot have more than 0 builds in queue');
    });
    const scripts = { x86: full, arm: await built(loopless, 'arm'), signing: await signing() };

    const { code, outLines } = await doctor({ account: { mirror: arm }, scripts });

    expect(code).toBe(1);
    expect(asked).toBe(11); // once a minute for ten minutes, and not for the eight hours of a build
    const { line, next } = told(outLines, '✗ x86: build');
    expect(line).toBe(
      '✗ x86: build           CodeBuild accepts no more builds on Linux/Medium: Cannot have more than 0 builds in queue',
    );
    expect(next).toMatch(/Service Quotas, AWS CodeBuild, "Concurrently running builds for Linux\/Medium environment"/);
    expect(outLines).toContain(
      '✓ arm: build           the state machine can run builds of prepare-arm on ARM/Large and read their results',
    );
  });

  it('shows the end of the log where the build itself fails', async () => {
    const x86 = await probingBuild(
      'x86',
      async () => {
        throw new TaskError('States.TaskFailed', JSON.stringify({ Build: { Id: 'extract-hwe:1' } }));
      },
      { id: 'extract-hwe:1', status: 'FAILED' },
    );
    const { BatchGetBuilds, GetLogEvents } = failedBuildAnswers;

    const { outLines } = await doctor({
      scripts: { x86, signing: await signing() },
      answers: { BatchGetBuilds, GetLogEvents },
    });

    expect(told(outLines, '✗ x86: build').line).toMatch(/^✗ x86: build {11}BUILD: Error while executing command/);
    expect(outLines).toContainEqual(expect.stringContaining('| error NoKernel: there is no vmlinuz'));
    expect(outLines).toContainEqual(expect.stringContaining('full log: https://console.aws.amazon.com/the-log'));
  });
});
