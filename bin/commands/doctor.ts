import { type Clients, openClients } from '../../lib/cloud/clients';
import { probeBuild } from '../../lib/cloud/probe-build';
import { type FoundStack, findStack } from '../../lib/cloud/stack-outputs';
import { MirrorError } from '../../lib/errors';
import { type Probe, type ProbedMachine, probedMachines } from '../../lib/job/probe';
import { type StackOutputs, stackOutputsOf } from '../../lib/job/stack-outputs';
import { packageText } from '../../lib/mirror/package-files';
import type { Terminal } from '../terminal';

export interface DoctorOptions {
  /** Name of the deployed stack. */
  readonly stack: string;
  /** Whether a real build is started. @default true */
  readonly build?: boolean;
  readonly json?: boolean;
  readonly signal?: AbortSignal;
  /** Seconds between two looks. @default 5 */
  readonly everySeconds?: number;
  /** How often a build that the account has no room for is asked for again. @default - for ten minutes */
  readonly attempts?: number;
}

/** One thing that was tried. */
interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do. @default - it is well */
  readonly hint?: string;
}

/** Tries what a deployed mirror needs, in order, and says of each what to do about it. @returns 0 where all is well, else 1 */
export async function runDoctor(options: DoctorOptions, terminal: Terminal): Promise<number> {
  using clients = openClients();
  const findings: Finding[] = [];
  for await (const finding of examine(clients, options, terminal)) {
    findings.push(finding);
    if (!options.json) for (const line of linesOf(finding)) terminal.out(line);
  }
  const ok = findings.every((finding) => finding.ok);
  if (options.json) terminal.out(JSON.stringify({ ok, findings }, undefined, 2));
  return ok ? 0 : 1;
}

async function* examine(clients: Clients, options: DoctorOptions, terminal: Terminal): AsyncGenerator<Finding> {
  const toolkit = await tried('bootstrap', () => findStack(clients.cloudformation, toolkitName));
  if ('finding' in toolkit && !toolkit.isDenied) {
    yield { ...toolkit.finding, name: 'credentials' }; // it was the first question
    return;
  }
  const stack = await tried('stack', () => findStack(clients.cloudformation, options.stack));
  const region = await clients.cloudformation.config.region();
  const { account = '(unknown)' } = [toolkit, stack].flatMap((one) => ('value' in one && one.value) || [])[0] ?? {};
  yield { name: 'credentials', ok: true, found: `account ${account}, region ${region}` };
  yield 'finding' in toolkit ? toolkit.finding : bootstrapFinding(toolkit.value, account, region);

  const mirror = 'finding' in stack ? stack : await tried('stack', async () => outputsOf(stack.value, options.stack));
  if ('finding' in mirror) {
    yield mirror.finding;
    return;
  }
  const { status, outputs } = mirror.value;
  yield { name: 'stack', ok: true, found: `${options.stack}, ${status}, serves ${outputs.mirrorUrl}` };
  if (options.build === false) return;
  for (const probing of probingsOf(outputs)) yield* examineMachine(clients, probing, options, terminal);
}

/** A project that a kind of machine is probed by. */
interface Probing {
  readonly machine: ProbedMachine;
  readonly project: string;
}

function probingsOf({ probeProjectName, probeProjectNameArm }: StackOutputs): Probing[] {
  const { x86, arm } = probedMachines;
  const onArm = probeProjectNameArm === undefined ? [] : [{ machine: arm, project: probeProjectNameArm }];
  return [{ machine: x86, project: probeProjectName }, ...onArm];
}

async function* examineMachine(
  clients: Clients,
  probing: Probing,
  options: DoctorOptions,
  terminal: Terminal,
): AsyncGenerator<Finding> {
  const { machine, project } = probing;
  const name = `${machine.name}: build`;
  const probed = await tried(name, () => build(clients, probing, options, terminal));
  if ('finding' in probed) {
    yield probed.finding;
    return;
  }
  yield { name, ok: true, found: `CodeBuild runs builds of ${project} on ${machine.kind}` };
  yield* probed.value.probes.map((probe) => probeFinding(machine, probe));
}

/** A value, or what its error says. `isDenied`: AWS knows who asks, and does not answer. */
type Tried<T> = { readonly value: T } | { readonly finding: Finding; readonly isDenied: boolean };

async function tried<T>(name: string, look: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { value: await look() };
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    const { hint } = error;
    const finding = { name, ok: false, found: `${error.name}: ${error.message}`, ...(hint && { hint }) };
    return { finding, isDenied: error.name === 'AccessDenied' };
  }
}

/** Name of the stack that `cdk bootstrap` makes unless it is told another, and the version that stacks with assets need. */
const toolkitName = 'CDKToolkit';
const leastBootstrap = 6;

function bootstrapFinding(toolkit: FoundStack | undefined, account: string, region: string): Finding {
  const version = Number(toolkit?.outputs.BootstrapVersion ?? 0);
  const name = 'bootstrap';
  if (version >= leastBootstrap) return { name, ok: true, found: `${toolkitName}, version ${version}` };
  const found = toolkit === undefined ? `there is no stack ${toolkitName}` : `${toolkitName} has version ${version}`;
  const hint = `npx cdk bootstrap aws://${account}/${region}; a bootstrap stack of another name is not looked for`;
  return { name, ok: false, found, hint };
}

function outputsOf(stack: FoundStack | undefined, name: string) {
  if (stack === undefined) {
    throw new MirrorError('NoSuchStack', `there is no stack ${name}`, {
      hint: 'npx cdk deploy makes it; AWS_REGION and AWS_PROFILE say where it is looked for',
    });
  }
  if (!/^(CREATE|(UPDATE|IMPORT)(_ROLLBACK)?)_COMPLETE/.test(stack.status)) {
    throw new MirrorError('NotReady', `the stack ${name} is ${stack.status}`, {
      hint: 'wait for its end, or see in CloudFormation why it failed, and deploy it again: npx cdk deploy',
    });
  }
  return { status: stack.status, outputs: stackOutputsOf(stack.outputs, name) };
}

async function build(clients: Clients, probing: Probing, options: DoctorOptions, terminal: Terminal) {
  const { signal, everySeconds, attempts } = options;
  return probeBuild(clients, {
    ...probing,
    buildspec: packageText('buildspecs/probe.yml'),
    onProgress: (text) => terminal.err(text),
    ...(signal && { signal }),
    ...(everySeconds !== undefined && { everySeconds }),
    ...(attempts !== undefined && { attempts }),
  });
}

function probeFinding(machine: ProbedMachine, { name, ok, evidence }: Probe): Finding {
  const finding = { name: `${machine.name}: ${name}`, ok, found: evidence };
  return ok ? finding : { ...finding, hint: hints[name] ?? privileged };
}

const privileged =
  'builds have to be privileged, on host kernel 6: deploy again, and look whether a service control policy forbids it';

const hints: Readonly<Record<string, string>> = {
  machine: 'give the stages a larger machine, by the property computeType (on arm armComputeType) of MaasMirror',
  filter: 'see in the log of this build what is missing: perl, or a kernel with seccomp; builds have to be privileged',
  qemu: 'see in the log of this build why QEMU is missing: its archive may be out of reach (VPC, proxy)',
};

const width = 16;

function linesOf({ name, ok, found, hint }: Finding): string[] {
  const [first = '', ...rest] = found.split('\n');
  return [
    `${ok ? '✓' : '✗'} ${name.padEnd(width)} ${first}`,
    ...rest.map((line) => `  ${' '.repeat(width)} | ${line}`),
    ...(hint === undefined ? [] : [`  ${' '.repeat(width)} ${hint}`]),
  ];
}
