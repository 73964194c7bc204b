import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type DoctorOptions, runDoctor } from '../../../bin/commands/doctor';
import { MaasMirror, UbuntuRelease } from '../../../lib';
import { type Answers, Created, environment, Fault, stackAnswer } from '../../fixtures/aws/fake-aws';
import { type SmallAccount, smallAccount } from '../../fixtures/aws/probed-mirror/small-account';
import {
  type Exported,
  probingBuild,
  probingFunction,
  TaskError,
} from '../../fixtures/aws/probed-mirror/small-workflow';
import { endlessBuild, failedBuildAnswers } from '../../fixtures/aws/scripted-builds';
import { outputs, type ScriptedExecution, smallDeployment, stackName } from '../../fixtures/aws/small-deployment';
import { makeSmallMirror, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serve } from '../../fixtures/servers/served-folder';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { statementsOf } from '../../mirror/statements';
import { keptTerminal } from '../terminal/kept-terminal';
import '../../fixtures/needs-seconds';

const fingerprint = 'A'.repeat(40);
const signing = () => probingFunction(async () => ({ fingerprint }));
const probes = [
  { name: 'overlay', ok: true, evidence: 'an overlay on a tmpfs takes what is written' },
  { name: 'qemu', ok: true, evidence: 'qemu-system-x86_64 boots in 0.3 s' },
];
const exporting = (result: object): Exported => [{ Name: 'RESULT', Value: JSON.stringify(result) }];
const built = (result: object, target: 'x86' | 'arm' = 'x86') => probingBuild(target, async () => exporting(result));
const loopless = { probes: [{ name: 'loop', ok: false, evidence: 'NotSupported: there are no loop devices' }] };
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

/** Of the account alone. */
const accountDoctor = async (account: SmallAccount, answers: Answers = {}) => {
  const aws = await smallDeployment({}, { answers: { ...smallAccount(account), ...answers } });
  const terminal = keptTerminal();
  return { code: await runDoctor({}, terminal), aws, ...terminal };
};

const told = (lines: readonly string[], beginning: string) => {
  const at = lines.findIndex((line) => line.startsWith(beginning));
  return { line: lines[at], next: lines[at + 1]?.trim() };
};

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
      '✓ x86: build           the state machine runs builds of prepare on Linux/Medium, and reads their RESULT',
      '✓ x86: overlay         an overlay on a tmpfs takes what is written',
      '✓ x86: qemu            qemu-system-x86_64 boots in 0.3 s',
      `✓ signing              Publish signs with the key ${fingerprint}`,
      `✓ keyring              ${site.address}keyring.gpg is there: ${signer.fingerprint}`,
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
      '✓ x86: build           the state machine runs builds of prepare on Linux/Medium, and reads their RESULT',
      '✓ x86: overlay         an overlay on a tmpfs takes what is written',
      '✓ x86: qemu            qemu-system-x86_64 boots in 0.3 s',
      '✓ arm: build           the state machine runs builds of prepare-arm on ARM/Large, and reads their RESULT',
      '✗ arm: loop            NotSupported: there are no loop devices',
    ]);
    expect(outLines[11]).toMatch(/^ {23}builds have to be privileged/);
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
      '✗ x86: build           NotReady: CodeBuild has no room on Linux/Medium: Cannot have more than 0 builds in queue',
    );
    expect(next).toMatch(/Service Quotas, AWS CodeBuild, "Concurrently running builds for Linux\/Medium environment"/);
    expect(outLines).toContain(
      '✓ arm: build           the state machine runs builds of prepare-arm on ARM/Large, and reads their RESULT',
    );
  });

  it('says what to do about each thing that a build machine cannot do', async () => {
    const failed = (name: string, evidence: string) => ({ name, ok: false, evidence });
    const x86 = await built({
      probes: [
        failed('machine', 'NotSupported: 1.9 GiB of memory'),
        failed('overlay', 'CommandFailed: mount ended 32'),
        failed('network', 'MissingTool: there is no program perl on this machine'),
        failed('qemu', 'MissingTool: there is no qemu-system-x86_64'),
        failed('sources', 'DownloadFailed: one; another'),
      ],
    });

    const { code, outLines } = await doctor({ scripts: { x86, signing: await signing() } });

    expect(code).toBe(1);
    expect(outLines.slice(6, 16)).toEqual([
      '✗ x86: machine         NotSupported: 1.9 GiB of memory',
      expect.stringMatching(
        /^ {23}give the stages a larger machine, by the property computeType \(on arm armComputeType\)/,
      ),
      '✗ x86: overlay         CommandFailed: mount ended 32',
      expect.stringMatching(/^ {23}builds have to be privileged, on host kernel 6/),
      '✗ x86: network         MissingTool: there is no program perl on this machine',
      expect.stringMatching(/^ {23}builds have to be privileged/),
      '✗ x86: qemu            MissingTool: there is no qemu-system-x86_64',
      expect.stringMatching(/^ {23}see in the log of this build why QEMU is missing/),
      '✗ x86: sources         DownloadFailed: one; another',
      expect.stringMatching(/^ {23}check that the addresses in places: and repositories: are right/),
    ]);
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

    expect(told(outLines, '✗ x86: build').line).toMatch(
      /^✗ x86: build {11}ExecutionFailed: BUILD: Error while executing command/,
    );
    expect(outLines).toContainEqual(expect.stringContaining('| error NoKernel: there is no vmlinuz'));
    expect(outLines).toContainEqual(expect.stringContaining('the whole log: https://console.aws.amazon.com/the-log'));
  });

  it('says so where the execution gives no result at all', async () => {
    const x86: ScriptedExecution = { ...(await built({ probes })), output: { probe: 'x86' } };

    const { code, outLines } = await doctor({ scripts: { x86, signing: await signing() } });

    expect(code).toBe(1);
    expect(told(outLines, '✗ x86: build').line).toMatch(/BadFormat: probe-x86-\S+ ended without a RESULT$/);
  });

  it('says who ended an execution', async () => {
    const x86: ScriptedExecution = { ...endlessBuild(), status: 'ABORTED', cause: 'enough' };

    const { outLines } = await doctor({ scripts: { x86, signing: await signing() } });

    expect(told(outLines, '✗ x86: build').line).toMatch(/ExecutionFailed: probe-x86-\S+: ExecutionAborted: enough$/);
  });

  it('leaves the builds out when it is told to, and tries the key and the site', async () => {
    const { aws, outLines } = await doctor({}, { build: false });

    expect(aws.started.map(({ input }) => input)).toEqual([{ probe: 'signing' }]);
    expect(outLines.some((line) => line.includes('x86'))).toBe(false);
    expect(told(outLines, '✗ keyring').line).toMatch(/cannot be read: .*ECONNREFUSED|fetch failed|DownloadFailed/);
  });

  it('takes it as well where the site asks for a password, as it was told to', async () => {
    const mirror = { MirrorUrl: await refusing(401), KeyringUrl: 'https://a.example/keyring.gpg' };

    const { outLines } = await doctor(
      { account: { mirror: { ...mirror, CredentialsStoreArn: 'arn:store' } } },
      { build: false },
    );
    const { outLines: without } = await doctor({ account: { mirror } }, { build: false });

    expect(outLines.at(-1)).toBe(
      '✓ keyring              https://a.example/keyring.gpg asks for a password, as basicAuth wants it',
    );
    expect(told(without, '✗ keyring').line).toMatch(/answers 401/);
  });

  it('says so where no keyring is served, or something else under its name', async () => {
    const folder = temporaryFolder();
    await using site = await serve(folder);
    const mirror = { MirrorUrl: site.address, KeyringUrl: `${site.address}keyring.gpg` };

    const { outLines } = await doctor({ account: { mirror } }, { build: false });

    expect(told(outLines, '✗ keyring')).toEqual({
      line: `✗ keyring              NoSuchObject: ${site.address}keyring.gpg does not exist`,
      next: 'the deployment exports it: deploy again, and see the log of the function Publish',
    });
  });

  it.each([
    [
      'no stack',
      undefined,
      `✗ stack                NoSuchStack: there is no stack ${stackName} in the region eu-west-1`,
      'npx cdk deploy',
    ],
    [
      'a stack that failed',
      stackAnswer(stackName, outputs, 'ROLLBACK_COMPLETE'),
      '✗ stack                NotReady: the stack SmallMirror is ROLLBACK_COMPLETE',
      'npx cdk deploy',
    ],
    [
      'a stack of something else',
      stackAnswer(stackName, { Url: 'x' }),
      '✗ stack                BadFormat: the stack SmallMirror has no output MirrorUrl, KeyringUrl, StateMachineArn, MirrorBucketName, WorkBucketName, ProbeProjectName',
      'name the stack of a mirror',
    ],
  ])('finds %s', async (_, found, line, hint) => {
    const DescribeStacks: Answers[string] = ({ StackName }) =>
      (StackName === stackName ? found : stackAnswer('CDKToolkit', { BootstrapVersion: '28' })) ??
      new Fault('ValidationError', `Stack with id ${StackName} does not exist`);

    const { code, outLines, aws } = await doctor({ answers: { DescribeStacks } });

    expect(code).toBe(1);
    expect(outLines.at(-2)).toBe(line);
    expect(outLines.at(-1)).toContain(hint);
    expect(aws.started).toEqual([]);
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
    const scripts = { x86, arm: endlessBuild(), signing: await signing() };

    const { outLines, aws } = await doctor({ account: { mirror: arm }, scripts }, { signal: interrupt.signal });

    expect(outLines.filter((line) => /^✗ (x86|arm|signing)/.test(line))).toEqual([
      expect.stringMatching(/^✗ x86: build {11}Interrupted: probe-x86-\S+ is no longer followed/),
      '✗ arm: build           Interrupted: not tried: the doctor was interrupted',
      '✗ signing              Interrupted: not tried: the doctor was interrupted',
    ]);
    expect(aws.started).toHaveLength(1);
  });

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
    const x86 = await probingBuild('x86', () => Promise.reject(new TaskError('States.TaskFailed', '{}')), {
      id: 'extract-hwe:1',
      status: 'FAILED',
    });

    const { aws } = await doctor({ scripts: { x86, signing: await signing() }, answers: failedBuildAnswers });
    const young = { ListAWSDefaultServiceQuotas: () => ({ Quotas: [] }) };
    const account = await accountDoctor({ distributions: 0, quotas: {} }, young);

    const asked = new Set([...aws.requests, ...account.aws.requests].map(({ operation }) => operation));
    expect([...asked]).toEqual(expect.arrayContaining(['StartExecution', 'GetLogEvents', 'CreateDistribution']));
    expect([...asked].filter((operation) => !allowed.includes(operation))).toEqual([]);
  });

  it('gives programs JSON', async () => {
    const { outLines, code } = await doctor({}, { json: true });

    expect(JSON.parse(outLines.join('\n'))).toMatchObject({
      ok: false,
      findings: [
        { name: 'credentials', ok: true },
        { name: 'bootstrap' },
        { name: 'stack' },
        { name: 'quota Linux/Medium' },
        { name: 'quota Linux/Small' },
        { name: 'x86: build' },
        ...probes.map(({ name }) => ({ name: `x86: ${name}` })),
        { name: 'signing', ok: true },
        { name: 'keyring', ok: false, hint: expect.any(String) },
      ],
    });
    expect(code).toBe(1);
  });
});

describe('the doctor of an account', () => {
  it.each([
    ['5', '✗ bootstrap            CDKToolkit has version 5'],
    ['6', '✓ bootstrap            CDKToolkit, version 6'],
  ])('takes version 6 of the bootstrap and later ones, so of %s it says', async (bootstrap, line) => {
    const { outLines, code } = await accountDoctor({ bootstrap });

    expect(outLines).toContain(line);
    expect(code).toBe(line.startsWith('✓') ? 0 : 1);
  });

  it('names the quotas that are lower than what a mirror takes at once', async () => {
    const quotas = { 'Linux/Medium': 4, 'Linux/Small': 1, 'ARM/Large': 0 };

    const { outLines, code } = await accountDoctor({ quotas });

    expect(outLines.slice(2, 8)).toEqual([
      '✓ quota Linux/Medium   4 builds at once',
      expect.stringMatching(
        /^ {23}less than maxConcurrency, which is 5 unless it is set: .* Set it to 4, or ask for more/,
      ),
      '✓ quota Linux/Small    1 build at once',
      expect.stringMatching(/^ {23}less than maxConcurrency/),
      '✓ quota ARM/Large      no build may run on ARM/Large (only builds of arm64 use it): the quota is 0',
      expect.stringMatching(/^ {23}ask for more in Service Quotas/),
    ]);
    expect(code).toBe(0); // the mirror to come may do without arm machines
  });

  it('takes a quota of 0 on arm for a fault where the mirror has arm machines', async () => {
    const { outLines } = await doctor({
      account: { mirror: arm, quotas: { 'Linux/Medium': 5, 'Linux/Small': 5, 'ARM/Large': 0 } },
    });

    expect(outLines).toContain('✗ quota ARM/Large      no build may run on ARM/Large: the quota is 0');
  });

  it('takes the default of a quota that was never changed', async () => {
    const Quotas = [{ QuotaName: 'Concurrently running builds for Linux/Small environment', Value: 7 }];
    const answers = { ListAWSDefaultServiceQuotas: () => ({ Quotas }) };

    const { outLines } = await accountDoctor({ quotas: { 'Linux/Medium': 60 } }, answers);

    expect(outLines.slice(2, 5)).toEqual([
      '✓ quota Linux/Medium   60 builds at once',
      '✓ quota Linux/Small    7 builds at once',
      '✓ quota ARM/Large      Service Quotas says nothing of ARM/Large in this region',
    ]);
  });

  it('says what it needs where the quotas may not be read', async () => {
    const ListServiceQuotas = () => new Fault('AccessDeniedException', 'not authorized');

    const { outLines, code } = await accountDoctor({}, { ListServiceQuotas });

    expect(told(outLines, '✗ quotas')).toEqual({
      line: '✗ quotas               AccessDenied: AWS refuses to list the quotas of CodeBuild: AccessDeniedException: not authorized',
      next: 'allow servicequotas:ListServiceQuotas and servicequotas:ListAWSDefaultServiceQuotas',
    });
    expect(code).toBe(1);
  });

  it.each([
    [
      'a distribution is refused for its own fault',
      { CreateDistribution: () => new Fault('NoSuchOrigin', 'One or more of your origins do not exist.', 404) },
      '✓ cloudfront           the account is not refused distributions (an invalid one was refused as invalid)',
    ],
    [
      'these credentials may make none',
      {
        CreateDistribution: () =>
          new Fault('AccessDenied', 'me is not authorized to perform: cloudfront:CreateDistribution', 403),
      },
      '✓ cloudfront           these credentials may not create distributions: me is not authorized to perform: cloudfront:CreateDistribution',
    ],
    [
      'these credentials may ask nothing',
      {
        ListDistributions: () =>
          new Fault('AccessDenied', 'me is not authorized to perform: cloudfront:ListDistributions', 403),
      },
      '✗ cloudfront           AccessDenied: AWS refuses to list the distributions of CloudFront: AccessDenied: me is not authorized to perform: cloudfront:ListDistributions',
    ],
    [
      'it is made all the same',
      { CreateDistribution: () => new Created('<Id>E123</Id>') },
      '✗ cloudfront           CloudFront has created the distribution E123 (disabled), though its documentation says that it refuses it',
    ],
    [
      'CloudFront has no time',
      { CreateDistribution: () => new Fault('Throttling', 'Rate exceeded', 400) },
      '✗ cloudfront           AwsFailed: AWS did not say whether the account may have a distribution: Throttling: Rate exceeded',
    ],
    [
      'CloudFront is in trouble',
      { CreateDistribution: () => new Fault('ServiceUnavailable', 'later', 503) },
      '✗ cloudfront           AwsFailed: AWS did not say whether the account may have a distribution: ServiceUnavailable: later',
    ],
  ])('asks CloudFront for a distribution that cannot be made, and says of it where %s', async (_, answers, line) => {
    const { outLines, aws } = await accountDoctor({ distributions: 0 }, answers);

    expect(outLines).toContain(line);
    for (const { input } of aws.requests.filter(({ operation }) => operation === 'CreateDistribution')) {
      const body = String(input.body);
      const [, origin] = /<Origin><Id>([^<]+)</.exec(body) ?? [];
      const [, target] = /<TargetOriginId>([^<]+)</.exec(body) ?? [];
      expect(origin).not.toBe(target); // what makes it impossible
      expect(body).toContain('<Enabled>false</Enabled>');
    }
  });

  it('stops at credentials that do not count', async () => {
    const GetCallerIdentity = () =>
      new Fault('ExpiredToken', 'The security token included in the request is expired', 403);

    const { code, outLines } = await accountDoctor({}, { GetCallerIdentity });

    expect(code).toBe(1);
    expect(outLines).toEqual([
      '✗ credentials          NoCredentials: AWS does not take the credentials: ExpiredToken: The security token included in the request is expired',
      expect.stringContaining('log in again'),
    ]);
  });

  it('stops where no region is set', async () => {
    await smallDeployment({}, { answers: smallAccount() });
    environment({
      AWS_REGION: undefined,
      AWS_DEFAULT_REGION: undefined,
      AWS_CONFIG_FILE: '/nowhere',
      AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
    });
    const terminal = keptTerminal();

    expect(await runDoctor({}, terminal)).toBe(1);
    expect(terminal.outLines).toEqual([
      '✗ credentials          WrongRegion: no AWS region is set',
      expect.stringContaining('set AWS_REGION'),
    ]);
  });

  it.each([
    'cn-north-1',
    'us-gov-west-1',
    'us-iso-east-1',
    'eu-isoe-west-1',
  ])('says that a mirror cannot be in %s', async (region) => {
    await smallDeployment({}, { answers: smallAccount() });
    environment({ AWS_REGION: region });
    const terminal = keptTerminal();

    expect(await runDoctor({}, terminal)).toBe(1);
    expect(terminal.outLines[1]).toMatch(new RegExp(`^✗ region {15}${region} has no CloudFront`));
  });

  it('goes on where the bootstrap stack may not be looked at', async () => {
    const DescribeStacks = () =>
      new Fault('AccessDenied', 'me is not authorized to perform: cloudformation:DescribeStacks', 403);

    const { code, outLines } = await accountDoctor({}, { DescribeStacks });

    expect(code).toBe(1);
    expect(told(outLines, '✗ bootstrap').line).toMatch(
      /AccessDenied: AWS refuses to describe the stack CDKToolkit: .* not authorized/,
    );
    expect(outLines.at(-1)).toMatch(/^✓ cloudfront/);
  });
});

/** A site that gives everybody this status. @returns its address */
async function refusing(status: number): Promise<string> {
  const server = createServer((_, response) => void response.writeHead(status).end());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
