import { describe, expect, it } from 'vitest';
import { type DoctorOptions, runDoctor } from '../../bin/commands/doctor';
import { type Answers, Fault, fakeAws, noStack, stackAnswer } from '../fixtures/fake-aws';
import { failedBuildAnswers } from '../fixtures/scripted-builds';
import { outputs, stackName } from '../fixtures/small-deployment';
import { keptTerminal } from './kept-terminal';

const probes = [
  { name: 'overlay', ok: true, evidence: 'an overlay on a tmpfs takes what is written' },
  { name: 'qemu', ok: true, evidence: 'qemu-system-x86_64 boots in 0.3 s' },
];

const stacks = (found: Readonly<Record<string, string>>): Answers => ({
  DescribeStacks: ({ StackName }) => found[String(StackName)] ?? noStack(StackName),
});

const deployed = {
  CDKToolkit: stackAnswer('CDKToolkit', { BootstrapVersion: '28' }),
  [stackName]: stackAnswer(stackName, outputs),
};

const withArm = { ...deployed, [stackName]: stackAnswer(stackName, { ...outputs, ProbeProjectNameArm: 'arm' }) };
const x86 = { probes };
const onArm = { probes: [{ name: 'loop', ok: false, evidence: 'NotSupported: there are no loop devices' }] };

const builds = (result: object): Answers => buildsOf({ 'boot-test': result });

/** Builds of projects, which end at the second look with these results. */
function buildsOf(results: Readonly<Record<string, object>>): Answers {
  const looks = new Map<string, number>();
  return {
    StartBuild: ({ projectName }) => ({ build: { id: `${projectName}:1` } }),
    BatchGetBuilds: ({ ids }) => {
      const [id = ''] = ids as string[];
      looks.set(id, (looks.get(id) ?? 0) + 1);
      const ended = (looks.get(id) ?? 0) > 1;
      const result = results[id.replace(/:1$/, '')];
      const status = ended ? 'SUCCEEDED' : 'IN_PROGRESS';
      const exported = [{ name: 'RESULT', value: JSON.stringify(result) }];
      const phase = ended ? 'COMPLETED' : 'BUILD';
      return {
        builds: [{ id, buildStatus: status, currentPhase: phase, exportedEnvironmentVariables: exported }],
      };
    },
  };
}

async function doctor(answers: Answers, options: Partial<DoctorOptions> = {}) {
  const aws = await fakeAws(answers);
  const terminal = keptTerminal();
  const code = await runDoctor({ stack: stackName, everySeconds: 0.01, ...options }, terminal);
  return { code, aws, ...terminal };
}

describe('the doctor of a deployed mirror', () => {
  it('tries all, with a real build, and says what it found', async () => {
    const { code, outLines, errLines, aws } = await doctor({ ...stacks(deployed), ...builds({ probes }) });

    expect(outLines).toEqual([
      '✓ credentials      account 123456789012, region eu-west-1',
      '✓ bootstrap        CDKToolkit, version 28',
      '✓ stack            SmallMirror, CREATE_COMPLETE, serves http://127.0.0.1:1/',
      '✓ x86: build       CodeBuild runs builds of boot-test on Linux/Medium',
      '✓ x86: overlay     an overlay on a tmpfs takes what is written',
      '✓ x86: qemu        qemu-system-x86_64 boots in 0.3 s',
    ]);
    expect(errLines).toEqual(['build boot-test:1: build']);
    expect(code).toBe(0);
    const { input } = aws.requests.find(({ operation }) => operation === 'StartBuild') ?? {};
    expect(input).toMatchObject({
      projectName: 'boot-test',
      buildspecOverride: expect.stringContaining('node stage.js probe'),
      environmentVariablesOverride: [
        { name: 'MIRROR_ARCHITECTURE', value: 'amd64' },
        { name: 'MIRROR_PROBED_STAGES', value: 'extract boot-test' },
      ],
    });
  });

  it('tries the arm machines, too, where the mirror has some, and says what was found on which', async () => {
    const { code, outLines, aws } = await doctor({ ...stacks(withArm), ...buildsOf({ 'boot-test': x86, arm: onArm }) });

    expect(outLines.slice(3)).toEqual([
      '✓ x86: build       CodeBuild runs builds of boot-test on Linux/Medium',
      '✓ x86: overlay     an overlay on a tmpfs takes what is written',
      '✓ x86: qemu        qemu-system-x86_64 boots in 0.3 s',
      '✓ arm: build       CodeBuild runs builds of arm on ARM/Large',
      '✗ arm: loop        NotSupported: there are no loop devices',
      expect.stringMatching(/^ {19}builds have to be privileged/),
    ]);
    expect(code).toBe(1);
    const started = aws.requests.filter(({ operation }) => operation === 'StartBuild').map(({ input }) => input);
    expect(started).toMatchObject([
      { projectName: 'boot-test' },
      {
        projectName: 'arm',
        buildspecOverride: started[0]?.buildspecOverride,
        environmentVariablesOverride: [
          { name: 'MIRROR_ARCHITECTURE', value: 'arm64' },
          { name: 'MIRROR_PROBED_STAGES', value: 'prepare extract' },
        ],
      },
    ]);
  });

  it('tries them also where there is no room on the others, whose quota is another', async () => {
    const answers = buildsOf({ 'boot-test': x86, arm: onArm });
    const limit = new Fault('AccountLimitExceededException', 'Cannot have more than 0 builds');
    const StartBuild: Answers[string] = (input) =>
      input.projectName === 'arm' ? (answers.StartBuild?.(input) ?? limit) : limit;

    const { outLines } = await doctor({ ...stacks(withArm), ...answers, StartBuild }, { attempts: 2 });

    expect(outLines[3]).toMatch(/^✗ x86: build {7}NotReady: CodeBuild has no room on Linux\/Medium/);
    expect(outLines[5]).toBe('✓ arm: build       CodeBuild runs builds of arm on ARM/Large');
  });

  it('says what to do about each thing that a build machine cannot do', async () => {
    const overlay = { name: 'overlay', ok: false, evidence: 'CommandFailed: mount ended 32' };
    const machine = { name: 'machine', ok: false, evidence: 'NotSupported: 1.9 GiB of memory' };
    const network = { name: 'network', ok: false, evidence: 'MissingTool: there is no program perl on this machine' };
    const qemu = { name: 'qemu', ok: false, evidence: 'MissingTool: there is no qemu-system-x86_64' };

    const { code, outLines } = await doctor({
      ...stacks(deployed),
      ...builds({ probes: [machine, overlay, network, qemu] }),
    });

    expect(code).toBe(1);
    expect(outLines.slice(4)).toEqual([
      '✗ x86: machine     NotSupported: 1.9 GiB of memory',
      expect.stringMatching(
        /^ {19}give the stages a larger machine, by the property computeType \(on arm armComputeType\) of MaasMirror$/,
      ),
      '✗ x86: overlay     CommandFailed: mount ended 32',
      expect.stringMatching(/^ {19}builds have to be privileged, on host kernel 6/),
      '✗ x86: network     MissingTool: there is no program perl on this machine',
      expect.stringMatching(/^ {19}builds have to be privileged/),
      '✗ x86: qemu        MissingTool: there is no qemu-system-x86_64',
      expect.stringMatching(/^ {19}see in the log of this build why QEMU is missing/),
    ]);
  });

  it('waits for a build that the account has no room for, and explains it', async () => {
    let refusals = 0;
    const limit = new Fault('AccountLimitExceededException', 'Cannot have more than 1 builds in queue for the account');
    const answers = builds({ probes });
    const StartBuild: Answers[string] = (input) => (++refusals < 3 ? limit : (answers.StartBuild?.(input) ?? limit));

    const { code, errLines } = await doctor({ ...stacks(deployed), ...answers, StartBuild });

    expect(code).toBe(0);
    expect(errLines[0]).toBe(
      'CodeBuild runs as many builds on Linux/Medium as this account may have; waiting for one to end',
    );
  });

  it('gives up when there is never room, and says where more can be had', async () => {
    const StartBuild = () => new Fault('AccountLimitExceededException', 'Cannot have more than 0 builds');

    const { code, outLines } = await doctor({ ...stacks(deployed), StartBuild }, { attempts: 3 });

    expect(code).toBe(1);
    expect(outLines[3]).toMatch(/^✗ x86: build {7}NotReady: CodeBuild has no room on Linux\/Medium/);
    expect(outLines[4]).toMatch(
      /Service Quotas, AWS CodeBuild, "Concurrently running builds for Linux\/Medium environment"/,
    );
  });

  it('shows the end of the log where the build itself fails', async () => {
    const { BatchGetBuilds, GetLogEvents } = failedBuildAnswers;
    const StartBuild = () => ({ build: { id: 'extract-hwe:1' } });

    const { outLines } = await doctor({ ...stacks(deployed), StartBuild, BatchGetBuilds, GetLogEvents });

    expect(outLines[3]).toMatch(
      /^✗ x86: build {7}ExecutionFailed: the probe build failed: BUILD: Error while executing/,
    );
    expect(outLines).toContainEqual(expect.stringContaining('| error NoKernel: there is no vmlinuz'));
    expect(outLines.at(-1)).toContain('the whole log: https://console.aws.amazon.com/the-log');
  });

  it('says so where the build gives no result', async () => {
    const BatchGetBuilds = () => ({ builds: [{ id: 'boot-test:1', buildStatus: 'SUCCEEDED' }] });

    const { code, outLines } = await doctor({ ...stacks(deployed), ...builds({ probes }), BatchGetBuilds });

    expect(code).toBe(1);
    expect(outLines[3]).toBe('✗ x86: build       ExecutionFailed: the probe build ended without a result');
  });

  it('leaves the build out when it is told to', async () => {
    const { code, aws } = await doctor(stacks(deployed), { build: false });

    expect(code).toBe(0);
    expect(aws.requests.map(({ operation }) => operation)).not.toContain('StartBuild');
  });

  it.each([
    [
      'no bootstrap',
      { [stackName]: deployed[stackName] ?? '' },
      '✗ bootstrap        there is no stack CDKToolkit',
      'npx cdk bootstrap aws://123456789012/eu-west-1',
    ],
    [
      'an old bootstrap',
      { ...deployed, CDKToolkit: stackAnswer('CDKToolkit', { BootstrapVersion: '3' }) },
      '✗ bootstrap        CDKToolkit has version 3',
      'npx cdk bootstrap',
    ],
    [
      'a bootstrap that is just too old',
      { ...deployed, CDKToolkit: stackAnswer('CDKToolkit', { BootstrapVersion: '5' }) },
      '✗ bootstrap        CDKToolkit has version 5',
      'npx cdk bootstrap',
    ],
    [
      'no stack',
      { CDKToolkit: deployed.CDKToolkit },
      '✗ stack            NoSuchStack: there is no stack SmallMirror',
      'npx cdk deploy',
    ],
    [
      'a stack that failed',
      { ...deployed, [stackName]: stackAnswer(stackName, outputs, 'ROLLBACK_COMPLETE') },
      '✗ stack            NotReady: the stack SmallMirror is ROLLBACK_COMPLETE',
      'npx cdk deploy',
    ],
    [
      'a stack of something else',
      { ...deployed, [stackName]: stackAnswer(stackName, { Url: 'x' }) },
      '✗ stack            BadFormat: the stack SmallMirror has no output MirrorUrl, KeyringUrl, StateMachineArn, MirrorBucketName, WorkBucketName, ProbeProjectName',
      'name the stack of a mirror',
    ],
  ])('finds %s', async (_, found, line, hint) => {
    const { code, outLines } = await doctor(stacks(found), { build: false });

    expect(code).toBe(1);
    const at = outLines.indexOf(line);
    expect(outLines[at + 1]).toContain(hint);
  });

  it('takes the oldest bootstrap that stacks with assets can do with', async () => {
    const oldest = { ...deployed, CDKToolkit: stackAnswer('CDKToolkit', { BootstrapVersion: '6' }) };

    expect((await doctor(stacks(oldest), { build: false })).outLines).toContain(
      '✓ bootstrap        CDKToolkit, version 6',
    );
  });

  it('stops at credentials that do not count', async () => {
    const DescribeStacks = () =>
      new Fault('ExpiredToken', 'The security token included in the request is expired', 403);

    const { code, outLines } = await doctor({ DescribeStacks });

    expect(code).toBe(1);
    expect(outLines).toEqual([
      '✗ credentials      NoCredentials: AWS does not take the credentials: ExpiredToken: The security token included in the request is expired',
      expect.stringContaining('log in again'),
    ]);
  });

  it('goes on where the bootstrap stack may not be looked at', async () => {
    const { DescribeStacks } = stacks(deployed);
    const denied = new Fault(
      'AccessDenied',
      'User: me is not authorized to perform: cloudformation:DescribeStacks',
      403,
    );
    const answers: Answers = {
      DescribeStacks: (input) => (input.StackName === 'CDKToolkit' ? denied : (DescribeStacks?.(input) ?? denied)),
    };

    const { code, outLines } = await doctor(answers, { build: false });

    expect(code).toBe(1);
    expect(outLines[0]).toBe('✓ credentials      account 123456789012, region eu-west-1');
    expect(outLines[1]).toMatch(
      /^✗ bootstrap {8}AccessDenied: AWS refuses to describe the stack CDKToolkit: .* not authorized/,
    );
    expect(outLines[3]).toMatch(/^✓ stack /);
  });

  it('is no longer waiting when it is interrupted', async () => {
    const BatchGetBuilds = () => ({
      builds: [{ id: 'boot-test:1', buildStatus: 'IN_PROGRESS', currentPhase: 'QUEUED' }],
    });
    const answers = { ...stacks(deployed), ...builds({ probes }), BatchGetBuilds };

    const { code, outLines } = await doctor(answers, { signal: AbortSignal.timeout(300) });

    expect(code).toBe(1);
    expect(outLines[3]).toBe('✗ x86: build       Interrupted: the probe build is no longer waited for');
  });

  it('starts no other build when it is interrupted', async () => {
    const BatchGetBuilds = () => ({
      builds: [{ id: 'boot-test:1', buildStatus: 'IN_PROGRESS', currentPhase: 'QUEUED' }],
    });
    const answers = { ...stacks(withArm), ...buildsOf({}), BatchGetBuilds };

    const { outLines, aws } = await doctor(answers, { signal: AbortSignal.timeout(300) });

    expect(outLines.filter((line) => line.startsWith('✗'))).toEqual([
      '✗ x86: build       Interrupted: the probe build is no longer waited for',
      '✗ arm: build       Interrupted: the probe build is no longer waited for',
    ]);
    expect(aws.requests.filter(({ operation }) => operation === 'StartBuild')).toHaveLength(1);
  });

  it('gives programs JSON', async () => {
    const { outLines } = await doctor({ ...stacks(deployed), ...builds({ probes }) }, { json: true });

    expect(JSON.parse(outLines.join('\n'))).toMatchObject({
      ok: true,
      findings: [
        { name: 'credentials', ok: true },
        { name: 'bootstrap' },
        { name: 'stack' },
        { name: 'x86: build' },
        ...probes.map(({ name }) => ({ name: `x86: ${name}` })),
      ],
    });
  });
});
