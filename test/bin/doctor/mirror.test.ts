import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type DoctorOptions, runDoctor } from '../../../bin/commands/reading/doctor';
import { type Answers, stackAnswer } from '../../fixtures/aws/fake-aws';
import { smallAccount } from '../../fixtures/aws/probed-mirror/small-account';
import { endlessBuild } from '../../fixtures/aws/scripted-builds';
import { outputs, type ScriptedExecution, smallDeployment, stackName } from '../../fixtures/aws/small-deployment';
import { MadeHistory } from '../../fixtures/mirrors/made-history';
import { makeSmallMirror, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serve } from '../../fixtures/servers/served-folder';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keptTerminal } from '../terminal/kept-terminal';
import { told } from './told';
import '../../fixtures/needs-seconds';

/* What comes of a probe is scripted here; test/bin/commands/doctor.test.ts lets the real definition decide it. */

const fingerprint = 'A'.repeat(40);
const arm = { ProbeProjectNameArm: 'prepare-arm' };

/** An execution that has tried a build, for which there was no room at first. */
function probing(target: 'x86' | 'arm', probes: readonly object[] = [{ name: 'loop', ok: true, evidence: 'mounted' }]) {
  const history = new MadeHistory();
  const name = target === 'x86' ? 'ProbeX86' : 'ProbeArm';
  history.build(history.event('ExecutionStarted', 0), name, { probe: target }, { id: `${target}:1` }, 1);
  return ended(history, { probed: { result: { probes } } });
}

function signing(output: object = { probed: { result: { fingerprint } } }): ScriptedExecution {
  const history = new MadeHistory();
  history.function(history.event('ExecutionStarted', 0), 'ProbeSigning', { probe: 'signing' }, { fingerprint });
  return ended(history, output);
}

function ended(history: MadeHistory, output: object): ScriptedExecution {
  history.event('ExecutionSucceeded', history.events.length);
  return { history, status: 'SUCCEEDED', output };
}

interface Deployment {
  readonly mirror?: Readonly<Record<string, string>>;
  readonly quotas?: Readonly<Record<string, number>>;
  readonly scripts?: Readonly<Record<string, ScriptedExecution>>;
  readonly answers?: Answers;
}

async function doctor(
  { mirror = {}, quotas, scripts, answers }: Deployment = {},
  options: Partial<DoctorOptions> = {},
) {
  const account = smallAccount({ mirror, ...(quotas && { quotas }) });
  const aws = await smallDeployment(
    { x86: probing('x86'), arm: probing('arm'), signing: signing(), ...scripts },
    { answers: { ...account, ...answers } },
  );
  const terminal = keptTerminal();
  const code = await runDoctor({ stack: stackName, everySeconds: 0.001, ...options }, terminal);
  return { code, aws, ...terminal };
}

async function mirrorServing(status: number) {
  const url = await answering(status);
  return { MirrorUrl: url, KeyringUrl: 'https://a.example/keyring.gpg' };
}

describe('the doctor of a deployed mirror', () => {
  it('tries both kinds of machines, the key and the site, in this order, and says how each gets on', async () => {
    const signer = await smallSigner();
    const { root } = await makeSmallMirror(temporaryFolder(), { signer });
    await using site = await serve(root);
    const mirror = { ...arm, MirrorUrl: site.address, KeyringUrl: `${site.address}keyring.gpg` };

    const { code, outLines, errLines, aws } = await doctor({ mirror });

    expect(outLines.slice(2)).toEqual([
      `✓ stack                SmallMirror, CREATE_COMPLETE, serves ${site.address}`,
      '✓ quota Linux/Medium   20 builds at once',
      '✓ quota Linux/Small    20 builds at once',
      '✓ quota ARM/Large      20 builds at once',
      '✓ x86: build           the state machine can run builds of prepare on Linux/Medium and read their results',
      '✓ x86: loop            mounted',
      '✓ arm: build           the state machine can run builds of prepare-arm on ARM/Large and read their results',
      '✓ arm: loop            mounted',
      `✓ signing              Publish signs with key ${fingerprint}`,
      `✓ keyring              ${site.address}keyring.gpg is available: ${signer.fingerprint}`,
    ]);
    expect(errLines).toEqual([
      'ProbeX86 …',
      'ProbeX86: waiting: the CodeBuild quota of this account is used up',
      'ProbeX86: working',
      'ProbeArm …',
      'ProbeArm: waiting: the CodeBuild quota of this account is used up',
      'ProbeArm: working',
      'ProbeSigning …',
    ]);
    expect(code).toBe(0);
    expect(aws.started.map(({ input }) => input)).toEqual([{ probe: 'x86' }, { probe: 'arm' }, { probe: 'signing' }]);
  });

  it('takes a quota of 0 on arm for a fault where the mirror has arm machines, and asks for none where not', async () => {
    const quotas = { 'Linux/Medium': 5, 'Linux/Small': 5, 'ARM/Large': 0 };

    const { outLines } = await doctor({ mirror: arm, quotas }, { build: false });
    const { outLines: without } = await doctor({ quotas }, { build: false });

    expect(outLines).toContain('✗ quota ARM/Large      no builds can run on ARM/Large: the quota is 0');
    expect(without.filter((line) => line.includes('ARM'))).toEqual([]);
  });

  const privileged =
    'builds must be privileged, on host kernel 6: deploy again, and check whether a service control policy forbids it';
  it.each([
    ['machine', 'use larger machines: set computeType (on arm armComputeType) of MaasMirror'],
    [
      'filter',
      'the log of this build shows what is missing: perl, or seccomp in the kernel; builds must be privileged',
    ],
    ['qemu', 'the log of this build shows why QEMU is missing; its package archive may be unreachable (VPC, proxy)'],
    [
      'binfmt',
      'images of other architectures require qemu-user-static and binfmt_misc: check in the log of this build that it was installed, and that builds are privileged',
    ],
    [
      'sources',
      'check that the addresses in sources: and repositories: are right, and that builds can reach them: in a VPC through a NAT gateway and a security group that allows outgoing traffic, elsewhere through the proxy',
    ],
    [
      'objects',
      'the role of the builds must be allowed s3:PutObject on runs/* of the work bucket, but only with s3:if-none-match: deploy again, and check which other policy (of the bucket, an organisation or a permissions boundary) allows or denies more',
    ],
    ['overlay', privileged],
    ['network', privileged],
  ])('says what to do where a build machine has no %s', async (name, hint) => {
    const x86 = probing('x86', [
      { name, ok: false, evidence: 'CommandFailed: it ended 32' },
      { name: 'next', ok: true, evidence: 'well' },
    ]);

    const { code, outLines } = await doctor({ scripts: { x86 } });

    expect(code).toBe(1);
    expect(outLines.slice(6, 9)).toEqual([
      `✗ x86: ${name.padEnd(15)} it ended 32`,
      `                       ${hint}`,
      '✓ x86: next            well',
    ]);
  });

  it('says where more can be had where there is no room for a build, and goes on', async () => {
    const error = {
      Error: 'CodeBuild.AccountLimitExceededException',
      Cause: 'Cannot have more than 0 builds in queue',
    };
    const arm64 = ended(probing('arm').history, { error });

    const { outLines, code } = await doctor({ mirror: arm, scripts: { arm: arm64 } });

    expect(told(outLines, '✗ arm: build')).toEqual({
      line: '✗ arm: build           CodeBuild accepts no more builds on ARM/Large: Cannot have more than 0 builds in queue',
      next: 'new accounts can run one build at a time, or none, on each kind of machine: request an increase in Service Quotas, AWS CodeBuild, "Concurrently running builds for ARM/Large environment"',
    });
    expect(outLines).toContainEqual(expect.stringMatching(/^✓ signing/));
    expect(code).toBe(1);
  });

  it('says so where the execution gives no result at all', async () => {
    const x86 = ended(probing('x86').history, { probe: 'x86' });

    const { code, outLines } = await doctor({ scripts: { x86 } });

    expect(code).toBe(1);
    expect(told(outLines, '✗ x86: build')).toEqual({
      line: expect.stringMatching(/^✗ x86: build {11}probe-x86-\S+ ended without a RESULT$/),
      next: expect.stringMatching(/^the build succeeded, but its buildspec exported no RESULT: deploy again/),
    });
  });

  it('says who ended an execution', async () => {
    const x86: ScriptedExecution = { ...endlessBuild(), status: 'ABORTED', cause: 'enough' };

    const { outLines } = await doctor({ scripts: { x86 } });

    expect(told(outLines, '✗ x86: build').line).toMatch(/probe-x86-\S+: ExecutionAborted: enough$/);
  });

  it('says what a key needs that Publish cannot sign with', async () => {
    const disabled = signing({ error: { Error: 'KeyUnusable', Cause: 'its state is Disabled' } });

    const { outLines, code } = await doctor({ scripts: { signing: disabled } });

    expect(told(outLines, '✗ signing')).toEqual({
      line: '✗ signing              its state is Disabled',
      next: 'the KMS key must be enabled, with key spec RSA_4096 and usage SIGN_VERIFY, and its policy must allow the role of Publish to sign: aws kms describe-key, aws kms enable-key',
    });
    expect(code).toBe(1);
  });

  it('leaves the builds out when it is told to, and tries the key and the site', async () => {
    const { aws, outLines } = await doctor({}, { build: false });

    expect(aws.started.map(({ input }) => input)).toEqual([{ probe: 'signing' }]);
    expect(outLines.some((line) => line.includes('x86'))).toBe(false);
    expect(told(outLines, '✗ keyring').line).toBe(
      '✗ keyring              http://127.0.0.1:1/keyring.gpg cannot be read: bad port',
    );
  });

  it('takes it as well where the site asks for a password, as it was told to', async () => {
    const mirror = await mirrorServing(401);

    const { outLines } = await doctor({ mirror: { ...mirror, CredentialsStoreArn: 'arn:store' } }, { build: false });
    const { outLines: without } = await doctor({ mirror }, { build: false });

    expect(outLines.at(-1)).toBe(
      '✓ keyring              https://a.example/keyring.gpg requires a password (basicAuth)',
    );
    expect(told(without, '✗ keyring').line).toMatch(/returned 401/);
  });

  it('says who may be shut out where the site forbids it, with passwords or without', async () => {
    const mirror = await mirrorServing(403);

    const more: Readonly<Record<string, string>>[] = [{}, { CredentialsStoreArn: 'arn:store' }];
    for (const passwords of more) {
      const { outLines } = await doctor({ mirror: { ...mirror, ...passwords } }, { build: false });
      expect(told(outLines, '✗ keyring')).toEqual({
        line: expect.stringMatching(/returned 403/),
        next: 'the site answers 403 if this machine is outside allowedCidrs, or if the policy of the mirror bucket does not allow the distribution to read; a new distribution takes a few minutes',
      });
    }
  });

  it('says so where no keyring is served', async () => {
    await using site = await serve(temporaryFolder());
    const mirror = { MirrorUrl: site.address, KeyringUrl: `${site.address}keyring.gpg` };

    const { outLines } = await doctor({ mirror }, { build: false });

    expect(told(outLines, '✗ keyring')).toEqual({
      line: `✗ keyring              ${site.address}keyring.gpg does not exist`,
      next: 'the deployment creates it: deploy again, and read the log of the Publish function',
    });
  });

  it.each([
    ...[undefined, stackAnswer(stackName, outputs, 'DELETE_COMPLETE')].map((found) => {
      const hint = 'if it is in another region or account, set AWS_REGION or AWS_PROFILE; npx cdk deploy creates it';
      const line = `stack ${stackName} not found in eu-west-1`;
      return [found === undefined ? 'no stack' : 'a stack that was deleted', found, line, hint] as const;
    }),
    ...['ROLLBACK_COMPLETE', 'UPDATE_IN_PROGRESS', 'CREATE_FAILED'].map((status) => {
      const hint =
        'wait until it is complete; if it failed, see the reason in CloudFormation, and run npx cdk deploy again';
      const found = stackAnswer(stackName, outputs, status);
      return [`a stack that is ${status}`, found, `the stack SmallMirror is in state ${status}`, hint] as const;
    }),
    [
      'a stack of something else',
      stackAnswer(stackName, { Url: 'x' }),
      'the stack SmallMirror has no output MirrorUrl, KeyringUrl, StateMachineArn, MirrorBucketName, WorkBucketName, ProbeProjectName',
      expect.stringContaining('name the stack of a mirror'),
    ],
  ] as const)('finds %s, and tries nothing more', async (_, found, line, hint) => {
    const { DescribeStacks: known } = smallAccount();
    const DescribeStacks: Answers[string] = (input) =>
      (input.StackName === stackName && found) || (known?.(input) ?? {});

    const { code, outLines, aws } = await doctor({ answers: { DescribeStacks } });

    expect(code).toBe(1);
    expect(told(outLines, '✗')).toEqual({ line: `✗ stack                ${line}`, next: hint });
    expect(outLines.at(-2)).toMatch(/^✗ stack/);
    expect(aws.started).toEqual([]);
  });

  it.each([
    'CREATE_COMPLETE',
    'UPDATE_COMPLETE',
    'UPDATE_ROLLBACK_COMPLETE',
    'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
    'IMPORT_COMPLETE',
  ])('goes on with a stack that is %s', async (status) => {
    const { DescribeStacks: known } = smallAccount();
    const DescribeStacks: Answers[string] = (input) =>
      input.StackName === stackName ? stackAnswer(stackName, outputs, status) : (known?.(input) ?? {});

    const { outLines } = await doctor({ answers: { DescribeStacks } }, { build: false });

    expect(outLines[2]).toBe(`✓ stack                SmallMirror, ${status}, serves http://127.0.0.1:1/`);
  });

  it('starts nothing else when it is interrupted', async () => {
    const interrupt = new AbortController();
    const x86: ScriptedExecution = {
      ...endlessBuild(),
      // Asked for only by one that follows it.
      get status(): 'RUNNING' {
        interrupt.abort();
        return 'RUNNING' as const;
      },
    };
    const scripts = { x86, arm: endlessBuild() };

    const { outLines, aws } = await doctor({ mirror: arm, scripts }, { signal: interrupt.signal });

    expect(outLines.filter((line) => /^✗ (x86|arm|signing)/.test(line))).toEqual([
      expect.stringMatching(/^✗ x86: build {11}stopped following probe-x86-\S+, which continues/),
      '✗ arm: build           not tested: interrupted',
      '✗ signing              not tested: interrupted',
    ]);
    expect(aws.started).toHaveLength(1);
  });
});

/** A site that gives everybody this status. @returns its address */
async function answering(status: number): Promise<string> {
  const server = createServer((_, response) => void response.writeHead(status).end());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
