import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { runDoctor } from '../../../bin/commands/reading/doctor';
import { kmsSigner } from '../../../lib/cloud/keys/kms-signer';
import type { Probe } from '../../../lib/job/aws/probe';
import { conditionalWrites } from '../../../lib/stages/probes/conditional-writes';
import { foreignPrograms } from '../../../lib/stages/probes/foreign-programs';
import { reachedSources } from '../../../lib/stages/probes/reached-sources';
import { testSignature } from '../../../lib/stages/probes/test-signature';
import { S3Store } from '../../../lib/store/s3/s3-store';
import { type Answers, environment, Fault } from '../../fixtures/aws/fake-aws';
import { type SmallAccount, smallAccount } from '../../fixtures/aws/probed-mirror/small-account';
import { asRoleOf } from '../../fixtures/aws/probed-mirror/small-role';
import { type Exported, probingBuild, probingFunction } from '../../fixtures/aws/probed-mirror/small-workflow';
import { type ScriptedExecution, smallDeployment, stackName } from '../../fixtures/aws/small-deployment';
import { type SmallKms, smallKms } from '../../fixtures/aws/small-kms';
import { startSmallS3 } from '../../fixtures/aws/small-s3/server';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { templateOf } from '../../mirror/made-mirror';
import type { Statement } from '../../mirror/statements';
import { keptTerminal } from '../terminal/kept-terminal';
import '../../fixtures/needs-seconds';

/*
 * A deployed mirror of small servers: the real definition of its state machine decides what comes of a probe, the role of the
 * real template what S3 refuses, and the parts of the real probe stage and of Publish do the probing.
 */
interface Planted {
  readonly account?: SmallAccount;
  readonly answers?: Answers;
  readonly region?: string;
  /** Of the role of Prepare. */
  readonly statement?: (statement: Statement) => Statement;
  readonly lostSource?: boolean;
  readonly exported?: (result: string) => Exported;
  readonly keyState?: string;
  /** Status of the site's answer. */
  readonly site?: number;
  /** A folder that comes first in PATH. */
  readonly path?: () => string;
}

const template = templateOf();
const made = new Date('2026-11-20T04:11:09Z');
const keyring = smallSigner().then((signer) => signer.keyring);

async function doctor(planted: Planted = {}, { stack = true } = {}) {
  const { executions, mirror } = stack ? await deployed(planted) : { executions: {} };
  const account = smallAccount({ ...(mirror && { mirror }), ...planted.account });
  const aws = await smallDeployment(executions, { answers: { ...account, ...planted.answers } });
  if (planted.region !== undefined) environment({ AWS_REGION: planted.region });
  const terminal = keptTerminal();
  const code = await runDoctor({ ...(stack && { stack: stackName }), everySeconds: 0.01 }, terminal);
  return { code, aws, ...terminal };
}

async function deployed(planted: Planted) {
  const site = await siteOf(planted.site ?? 200, await keyring);
  const { statement, lostSource, exported, path, keyState } = planted;
  const isMachine = [statement, lostSource, exported, path].some((one) => one !== undefined);
  const executions = {
    x86: await (isMachine ? probed(site, planted) : once('x86', () => probed(site, {}))),
    signing: await (keyState === undefined ? once('signing', () => signed({})) : signed(planted)),
  };
  return { executions, mirror: { MirrorUrl: `${site}/`, KeyringUrl: `${site}/keyring.gpg` } };
}

/** Executions in which nothing is planted, which take their time, and come out alike. */
function once(name: string, execution: () => Promise<ScriptedExecution>): Promise<ScriptedExecution> {
  const made = well.get(name) ?? execution();
  well.set(name, made);
  return made;
}

const well = new Map<string, Promise<ScriptedExecution>>();

async function siteOf(status: number, keyring: Buffer): Promise<string> {
  const server = createServer(({ url }, response) => {
    const known = url === '/keyring.gpg' || url === '/dists/noble/InRelease';
    response.writeHead(url === '/keyring.gpg' ? status : known ? 200 : 404).end(keyring);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The execution that probes an x86 machine. */
async function probed(site: string, { statement, lostSource, exported, path }: Planted) {
  await using s3 = await startSmallS3({ faultOf: asRoleOf(template, 'MirrorPrepareRole', statement) });
  const store = new S3Store('s3://work', { client: s3.client });
  const document = `${site}/dists/${lostSource ? 'gone' : 'noble'}/InRelease`;
  return await probingBuild('x86', async () => {
    if (path !== undefined) vi.stubEnv('PATH', `${path()}:${process.env.PATH}`);
    const probes = [
      await probe('binfmt', () => foreignPrograms(['arm64'], temporaryFolder())),
      await probe('sources', () => reachedSources({ documents: [document] }, { waits: [] })),
      await probe('objects', () => conditionalWrites(store, 'runs/probe-x86/1')),
    ];
    if (path !== undefined) vi.unstubAllEnvs();
    const result = JSON.stringify({ probes });
    return exported?.(result) ?? [{ Name: 'RESULT', Value: result }];
  });
}

/** As the stage does: what is thrown is what was found. */
async function probe(name: string, look: () => Promise<string>): Promise<Probe> {
  return look().then(
    (evidence) => ({ name, ok: true, evidence }),
    (error: Error) => ({ name, ok: false, evidence: `${error.name}: ${error.message}` }),
  );
}

async function signed({ keyState = 'Enabled' }: Planted) {
  await using kms: SmallKms = await smallKms(made);
  kms.metadata.KeyState = keyState;
  return await probingFunction(async () => testSignature(await kmsSigner(kms.arn, { client: kms.client }), new Date()));
}

/** As in a container that is not privileged. */
function unprivileged(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'mount'), '#!/bin/sh\necho "mount: permission denied." >&2\nexit 32\n', { mode: 0o755 });
  return folder;
}

describe('the doctor', () => {
  it('finds nothing wrong with a deployed mirror that is well', async () => {
    const { code, outLines, aws } = await doctor();

    expect(outLines.filter((line) => !line.startsWith('✓'))).toEqual([]);
    expect(outLines.map((line) => line.slice(2, 22).trim())).toEqual([
      'credentials',
      'bootstrap',
      'stack',
      'quota Linux/Medium',
      'quota Linux/Small',
      'x86: build',
      'x86: binfmt',
      'x86: sources',
      'x86: objects',
      'signing',
      'keyring',
    ]);
    expect(code).toBe(0);
    expect(aws.started.map(({ input }) => input)).toEqual([{ probe: 'x86' }, { probe: 'signing' }]);
  });

  it.each<[string, Planted, { stack: boolean }, string | RegExp, RegExp]>([
    [
      'a write without the header accepted',
      { statement: ({ Condition: _, ...statement }) => statement },
      { stack: true },
      '✗ x86: objects         a write without If-None-Match was accepted: builds can overwrite objects',
      /^the role of the builds must be allowed s3:PutObject on runs\/\* .* but only with s3:if-none-match: deploy again/,
    ],
    [
      'a source that cannot be reached',
      { lostSource: true },
      { stack: true },
      /^✗ x86: sources {9}http:\/\/127\.0\.0\.1:\d+\/dists\/gone\/InRelease does not exist \(404\)$/,
      /^check that the addresses in sources: and repositories: are right, and that builds can reach them/,
    ],
    [
      'a RESULT that is missing',
      { exported: () => [] },
      { stack: true },
      /^✗ x86: build {11}the state machine cannot read the RESULT of the build: States\./,
      /^the build succeeded, but its buildspec exported no RESULT: deploy again/,
    ],
    [
      'a KMS key that is disabled',
      { keyState: 'Disabled' },
      { stack: true },
      /^✗ signing {14}the KMS key arn:aws:kms:\S+ cannot sign: its state is Disabled$/,
      /^the KMS key must be enabled, with key spec RSA_4096 and usage SIGN_VERIFY, .* aws kms enable-key$/,
    ],
    [
      'a keyring that is forbidden',
      { site: 403 },
      { stack: true },
      /^✗ keyring {14}http:\/\/127\.0\.0\.1:\d+\/keyring\.gpg returned 403 Forbidden$/,
      /^the site answers 403 if this machine is outside allowedCidrs, .* the policy of the mirror bucket/,
    ],
    [
      'no binfmt',
      { path: unprivileged },
      { stack: true },
      /^✗ x86: binfmt {10}this machine cannot run arm64 programs: /,
      /^images of other architectures require qemu-user-static and binfmt_misc: .* builds are privileged$/,
    ],
    [
      'the wrong region',
      {
        region: 'us-east-1',
        answers: {
          DescribeStacks: ({ StackName }) => new Fault('ValidationError', `Stack with id ${StackName} does not exist`),
        },
      },
      { stack: true },
      `✗ stack                stack ${stackName} not found in us-east-1`,
      /^if it is in another region or account, set AWS_REGION or AWS_PROFILE/,
    ],
  ])('finds %s, and says what to do', async (_, planted, options, line, hint) => {
    const { code, outLines } = await doctor(planted, options);

    const at = outLines.findIndex(
      (one) => one.startsWith('✗') && !(planted.region !== undefined && one.startsWith('✗ bootstrap')),
    );
    expect(outLines[at]).toEqual(typeof line === 'string' ? line : expect.stringMatching(line));
    const next = outLines.slice(at + 1).find((one) => !one.trim().startsWith('|'));
    expect(next?.trim()).toMatch(hint);
    expect(outLines.filter((one) => one.startsWith('✗'))).toHaveLength(planted.region === undefined ? 1 : 2);
    expect(code).toBe(1);
  });
});
