import type { Clients } from '../../lib/cloud/clients';
import { probeExecution } from '../../lib/cloud/follow/probe-execution';
import { type FoundStack, findStack } from '../../lib/cloud/stack-outputs';
import { MirrorError } from '../../lib/errors';
import { type Probe, probedOf, testSignedOf } from '../../lib/job/aws/probe';
import { type ProbedMachine, type ProbeTarget, probedMachines } from '../../lib/job/aws/probe-targets';
import { type StackOutputs, stackOutputsOf } from '../../lib/job/aws/stack-outputs';
import { mirror as layout } from '../../lib/job/layout';
import { keysOf } from '../../lib/simplestreams/openpgp/keyring';
import { openStore } from '../../lib/store/open';
import { stageName } from '../build/stage-name';
import type { Terminal } from '../terminal/terminal';
import { type Finding, type Tried, tried } from './finding';

/** What the checks of a deployed mirror need. */
export interface Examination {
  readonly clients: Clients;
  readonly outputs: StackOutputs;
  readonly terminal: Terminal;
  readonly signal?: AbortSignal;
  readonly everySeconds?: number;
}

export interface Deployed {
  readonly status: string;
  readonly outputs: StackOutputs;
}

export function deployed({ cloudformation }: Clients, stack: string, region: string): Promise<Tried<Deployed>> {
  return tried('stack', async () => outputsOf(await findStack(cloudformation, stack), stack, region));
}

function outputsOf(stack: FoundStack | undefined, name: string, region: string): Deployed {
  if (stack === undefined) {
    throw new MirrorError('NoSuchStack', `stack ${name} not found in ${region}`, {
      hint: 'if it is in another region or account, set AWS_REGION or AWS_PROFILE; npx cdk deploy creates it',
    });
  }
  if (!/^(CREATE|(UPDATE|IMPORT)(_ROLLBACK)?)_COMPLETE/.test(stack.status)) {
    throw new MirrorError('NotReady', `the stack ${name} is in state ${stack.status}`, {
      hint: 'wait until it is complete; if it failed, see the reason in CloudFormation, and run npx cdk deploy again',
    });
  }
  return { status: stack.status, outputs: stackOutputsOf(stack.outputs, name) };
}

/** Tests the machines that builds run on, each with a real build that the state machine starts. */
export async function* machineFindings(examination: Examination): AsyncGenerator<Finding> {
  const { probeProjectName, probeProjectNameArm } = examination.outputs;
  yield* examineMachine('x86', probeProjectName, examination);
  if (probeProjectNameArm !== undefined) yield* examineMachine('arm', probeProjectNameArm, examination);
}

async function* examineMachine(
  target: 'x86' | 'arm',
  project: string,
  examination: Examination,
): AsyncGenerator<Finding> {
  const machine = probedMachines[target];
  const name = `${machine.name}: build`;
  const noRoom = `new accounts can run one build at a time, or none, on each kind of machine: request an increase in Service Quotas, AWS CodeBuild, "Concurrently running builds for ${machine.kind} environment"`;
  const probed = await tried(name, async () => probedOf(await execution(target, examination)), { NotReady: noRoom });
  if ('finding' in probed) {
    yield probed.error.name === 'NotReady'
      ? { ...probed.finding, found: `CodeBuild accepts no more builds on ${machine.kind}: ${probed.error.message}` }
      : probed.finding;
    return;
  }
  yield {
    name,
    ok: true,
    found: `the state machine can run builds of ${project} on ${machine.kind} and read their results`,
  };
  yield* probed.value.probes.map((probe) => probeFinding(machine, probe));
}

async function execution(target: ProbeTarget, examination: Examination): Promise<unknown> {
  const { clients, outputs, terminal, signal, everySeconds } = examination;
  return probeExecution(clients, {
    stateMachineArn: outputs.stateMachineArn,
    target,
    at: new Date(),
    onEvent: (event) => {
      if (event.type === 'started') terminal.err(`${stageName(event)} …`);
      if (event.type === 'progress') terminal.err(`${stageName(event)}: ${event.text}`);
    },
    ...(signal && { signal }),
    ...(everySeconds !== undefined && { everySeconds }),
  });
}

function probeFinding(machine: ProbedMachine, { name, ok, evidence }: Probe): Finding {
  const finding = { name: `${machine.name}: ${name}`, ok, found: evidence };
  return ok ? finding : { ...finding, hint: hints[name] ?? privileged };
}

const privileged =
  'builds must be privileged, on host kernel 6: deploy again, and check whether a service control policy forbids it';

const hints: Readonly<Record<string, string>> = {
  machine: 'use larger machines: set computeType (on arm armComputeType) of MaasMirror',
  filter: 'the log of this build shows what is missing: perl, or seccomp in the kernel; builds must be privileged',
  qemu: 'the log of this build shows why QEMU is missing; its package archive may be unreachable (VPC, proxy)',
  binfmt:
    'images of other architectures require qemu-user-static and binfmt_misc: check in the log of this build that it was installed, and that builds are privileged',
  sources:
    'check that the addresses in sources: and repositories: are right, and that builds can reach them: in a VPC through a NAT gateway and a security group that allows outgoing traffic, elsewhere through the proxy',
  objects:
    'the role of the builds must be allowed s3:PutObject on runs/* of the work bucket, but only with s3:if-none-match: deploy again, and check which other policy (of the bucket, an organisation or a permissions boundary) allows or denies more',
};

/** Has Publish sign a test text. */
export async function signingFinding(examination: Examination): Promise<Finding> {
  const name = 'signing';
  const signed = await tried(name, async () => testSignedOf(await execution('signing', examination)), {
    ExecutionFailed: signingHint,
  });
  if ('finding' in signed) return signed.finding;
  return { name, ok: true, found: `Publish signs with key ${signed.value.fingerprint}` };
}

const signingHint =
  'the KMS key must be enabled, with key spec RSA_4096 and usage SIGN_VERIFY, and its policy must allow the role of Publish to sign: aws kms describe-key, aws kms enable-key';

/** Reads the keyring as MAAS does. */
export async function keyringFinding({ outputs }: Pick<Examination, 'outputs'>): Promise<Finding> {
  const name = 'keyring';
  const { mirrorUrl, keyringUrl, credentialsStoreArn } = outputs;
  const keyring = await tried(name, async () => {
    const found = await (await openStore(mirrorUrl)).read(layout.keyring);
    if (found !== undefined) return await keysOf(found.bytes);
    throw new MirrorError('NoSuchObject', `${keyringUrl} does not exist`, {
      hint: 'the deployment creates it: deploy again, and read the log of the Publish function',
    });
  });
  if (!('finding' in keyring)) {
    const fingerprints = keyring.value.map(({ fingerprint }) => fingerprint).join(', ');
    return { name, ok: true, found: `${keyringUrl} is available: ${fingerprints}` };
  }
  const status = / returned (\d{3})\b/.exec(keyring.error.message)?.[1];
  if (status === '401' && credentialsStoreArn !== undefined) {
    return { name, ok: true, found: `${keyringUrl} requires a password (basicAuth)` };
  }
  return status === '403' ? { ...keyring.finding, hint: siteHint } : keyring.finding;
}

const siteHint =
  'the site answers 403 if this machine is outside allowedCidrs, or if the policy of the mirror bucket does not allow the distribution to read; a new distribution takes a few minutes';
