import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { defaultKeyPath } from '../../bin/keys/signing-key';
import type { StackOutputs } from '../../lib/job/aws/stack-outputs';
import { BuildRequest } from '../../lib/job/build-request';
import { workStoreVariable } from '../../lib/job/environment';
import { mirrorStoreVariable } from '../../lib/job/execution-names';
import { runExecution } from '../../lib/local/engine';
import { callFunction } from '../../lib/local/tasks/lambda';
import { type Assembly, readAssembly } from '../../lib/local/template/template';
import { synthesise } from '../../lib/mirror/app';
import { listMirror } from '../../lib/operations/list';
import { verifyMirror } from '../../lib/operations/verify';
import { splitClearsigned } from '../../lib/simplestreams/openpgp/split-clearsigned';
import { openMirrorDirectory, openStore } from '../../lib/store/open';
import type { Store } from '../../lib/store/store';
import { cloudFront } from '../fixtures/aws/cloudfront';
import { type ServedArchive, type SmallRelease, serveArchive, smallRelease } from '../fixtures/images/small-release';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { appFolder, cdk, deployedAssembly, deployedFunction, outputsOf, startAccount } from './deployed';
import { deployedViewerRequest } from './deployed-viewer-request';
import type { MiniStack } from './mini-stack';

let home: string;
let account: MiniStack;
let app: string;
let outputs: StackOutputs;
let small: SmallRelease;
let archive: ServedArchive;

beforeAll(async () => {
  small = await smallRelease();
  archive = await serveArchive(small.archive);
  home = mkdtempSync(join(tmpdir(), 'end-to-end-'));
  account = await startAccount(home);
  for (const [name, value] of Object.entries(account.env)) vi.stubEnv(name, value);
  app = appFolder(join(home, 'app'), {
    views: { candidate: { releases: ['noble'] }, proof: { releases: ['bookworm'], kernels: { required: ['cloud'] } } },
    schedule: 'daily',
  });
  await cdk(account, app, 'deploy', '--require-approval', 'never');
  outputs = await outputsOf(account);
});

afterAll(async () => {
  await archive?.[Symbol.asyncDispose]();
  await account?.[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

describe('a deployed mirror', () => {
  it('has everything that its template names, and the same app deployed again changes nothing', async () => {
    const { StackResources = [] } = await new CloudFormationClient().send(
      new DescribeStackResourcesCommand({ StackName: 'MaasMirror' }),
    );
    expect(StackResources.filter(({ ResourceStatus }) => ResourceStatus !== 'CREATE_COMPLETE')).toEqual([]);
    const types = new Set(StackResources.map(({ ResourceType = '' }) => ResourceType));
    for (const type of ['CloudFront::Distribution', 'KMS::Key', 'CodeBuild::Project', 'Scheduler::Schedule']) {
      expect([...types]).toContain(`AWS::${type}`);
    }

    await cdk(account, app, 'deploy', '--require-approval', 'never');
    expect(await outputsOf(account)).toEqual(outputs);
    expect(await cdk(account, app, 'diff')).toContain('There were no differences');
  });

  it('has its keyring from the first day', async () => {
    const keyring = await (await openStore(`s3://${outputs.mirrorBucketName}`)).read('keyring.gpg');
    expect(keyring?.bytes.length).toBeGreaterThan(500);
  });

  it('builds, boots and publishes by what was deployed, the same as one machine does', async () => {
    const folder = temporaryFolder();
    for (const name of ['cloud', 'here', 'code', 'assembly']) mkdirSync(join(folder, name));
    const assembly = await deployedAssembly(account, outputs, join(folder, 'code'));
    await execute(assembly, join(folder, 'cloud'), account.env);
    const here = await buildHere(folder);

    const cloud = await openStore(`s3://${outputs.mirrorBucketName}`);
    expect((await verifyMirror(cloud, { scratch: temporaryFolder() })).problems).toEqual([]);
    const rows = await listMirror(cloud, {});
    expect(rows).toMatchObject([{ release: 'bookworm', kernel: 'cloud', gate: 'passed' }]);
    expect(await poolOf(cloud)).toEqual(await poolOf(here));
    expect(await documentsOf(cloud)).toEqual(await documentsOf(here));
    await expectServed(cloud);
  });

  it('finds by its schedule that nothing is new', async () => {
    const checkForUpdates = await deployedFunction(
      account,
      'MirrorCheckForUpdates',
      join(temporaryFolder(), 'check-for-updates'),
    );
    const event = { request: request(), at: '2026-11-25T13:17:00Z' };
    expect(await callFunction(checkForUpdates, event, account.env)).toEqual({
      updates: false,
      reason: expect.stringContaining('up to date'),
    });
  });

  it('starts what is new by its schedule', async () => {
    const checkForUpdates = await deployedFunction(
      account,
      'MirrorCheckForUpdates',
      join(temporaryFolder(), 'check-for-updates'),
    );
    const event = { request: { ...request(), rebuild: true }, at: '2026-11-25T14:17:00Z' };
    const checked = await callFunction(checkForUpdates, event, account.env);
    expect(checked).toMatchObject({ updates: true, execution: expect.stringMatching(/^bookworm-20261125T141700-/) });

    const { name, input } = await executionAt(checked as { execution: string });
    expect(JSON.parse(input)).toMatchObject({ release: 'bookworm', rebuild: true });
    expect(name).toBe((checked as { execution: string }).execution);
  });

  it('goes through every stage again for the same execution, as a redrive does, and publishes one version', async () => {
    const folder = temporaryFolder();
    for (const name of ['first', 'again', 'code']) mkdirSync(join(folder, name));
    const assembly = await deployedAssembly(account, outputs, join(folder, 'code'));
    const asked = { name: 'bookworm-20261125T123000-00000000', rebuild: true, bootTest: false };

    await execute(assembly, join(folder, 'first'), account.env, asked);
    const cloud = await openStore(`s3://${outputs.mirrorBucketName}`);
    const published = (await listMirror(cloud, {})).map(({ version }) => version);
    await execute(assembly, join(folder, 'again'), account.env, asked);

    expect(published).toHaveLength(2);
    expect((await listMirror(cloud, {})).map(({ version }) => version)).toEqual(published);
    expect((await verifyMirror(cloud, { scratch: temporaryFolder() })).problems).toEqual([]);
  });

  it('leaves its mirror when it is destroyed', async () => {
    await cdk(account, app, 'destroy', '--force');
    const s3 = new S3Client({ forcePathStyle: true });
    await s3.send(new HeadBucketCommand({ Bucket: outputs.mirrorBucketName }));
    await expect(outputsOf(account)).rejects.toMatchObject({ name: 'NoSuchStack' });
  });
});

/** What Step Functions has of an execution. */
async function executionAt({ execution }: { execution: string }) {
  const executionArn = `${outputs.stateMachineArn.replace(':stateMachine:', ':execution:')}:${execution}`;
  const { name, input = '' } = await new SFNClient().send(new DescribeExecutionCommand({ executionArn }));
  return { name, input };
}

/** By a reader that knows HTTP only, through the function that was deployed. */
async function expectServed(cloud: Store): Promise<void> {
  await using site = await cloudFront(cloud, { code: await deployedViewerRequest(account, 'MaasMirror') });
  const report = await verifyMirror(await openStore(site.address), {
    scratch: temporaryFolder(),
    views: ['candidate'],
  });
  expect(report.problems).toEqual([]);
  expect(site.asked.filter((key) => key.startsWith('pool/')).length).toBeGreaterThan(3);
}

function request(): BuildRequest {
  return BuildRequest.parse({
    release: small.release,
    architectures: [small.architecture],
    kernels: { required: ['cloud'] },
    base: small.base,
    sources: { archive: archive.url, archiveKeyringData: readFileSync(small.keyring).toString('base64') },
  });
}

async function execute(
  assembly: Assembly,
  folder: string,
  environment: Readonly<Record<string, string>>,
  { name, ...asked }: { name?: string; rebuild?: boolean; bootTest?: boolean } = {},
) {
  for (const name of ['scratch', 'logs']) mkdirSync(join(folder, name));
  const result = await runExecution({
    assembly,
    input: { ...request(), ...asked },
    name: name ?? 'bookworm-20261125T120000-00000000',
    scratch: join(folder, 'scratch'),
    logs: join(folder, 'logs'),
    environment,
  });
  expect(result).toMatchObject({ status: 'SUCCEEDED', failures: [] });
}

/** The same order in folders of this machine. */
async function buildHere(folder: string): Promise<Store> {
  const mirror = join(folder, 'here/mirror');
  const store = await openMirrorDirectory(mirror, { create: true });
  await execute(readAssembly(synthesise(join(folder, 'assembly'))), join(folder, 'here'), {
    [mirrorStoreVariable]: mirror,
    [workStoreVariable]: join(folder, 'here/work'),
    MIRROR_SIGNING_KEY: defaultKeyPath({ XDG_DATA_HOME: join(folder, 'here/data') }),
  });
  return store;
}

/** Digest of every object in the pool. */
async function poolOf(store: Store): Promise<Record<string, string | undefined>> {
  const pool: Record<string, string | undefined> = {};
  for await (const key of store.list('pool/')) {
    const { sha256 } = (await store.head(key)) ?? {};
    pool[timeless(key)] = key.endsWith('/provenance.json') ? timeless(await textOf(store, key)) : sha256;
  }
  expect(Object.keys(pool).length).toBeGreaterThan(4);
  return pool;
}

/** What the documents of the view say, without the times of two builds. */
async function documentsOf(store: Store): Promise<unknown[]> {
  const documents: unknown[] = [];
  for await (const key of store.list('candidate/streams/v1/')) {
    if (!key.endsWith('.sjson') || key.endsWith('index.sjson')) continue;
    const { text } = splitClearsigned((await store.read(key))?.bytes ?? Buffer.of());
    documents.push(JSON.parse(timeless(text), (name, value) => (timed.includes(name) ? undefined : value)));
  }
  expect(documents).toHaveLength(1);
  return documents;
}

async function textOf(store: Store, key: string): Promise<string> {
  return String((await store.read(key))?.bytes ?? '');
}

/** Without the time of day in the name of a version. */
function timeless(text: string): string {
  return text.replaceAll(/\b(\d{8})\.\d{6}\b/g, '$1');
}

/** Fields with times, or digests of them. */
const timed = ['built', 'provenance_sha256', 'updated'];
