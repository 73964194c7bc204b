import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { stateMachineVariable } from '../../../lib/job/environment';
import { executionName, mirrorStoreVariable } from '../../../lib/job/execution-names';
import { changeView } from '../../../lib/publication/change-view';
import type { Change } from '../../../lib/publication/state/view-content';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { checkForUpdates as lookAt } from '../../../lib/stages/plan';
import { openMirrorDirectory } from '../../../lib/store/open';
import { callDeployed, measuredIn } from '../../fixtures/aws/called-function';
import { fakeAws } from '../../fixtures/aws/fake-aws';
import { stateMachineArn } from '../../fixtures/aws/small-deployment';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { publishCloudImages } from '../../fixtures/streams/cloud-stream';
import { hideLine, streamDocuments } from '../../fixtures/streams/hidden-line';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { smallPress } from '../../publication/made/small-press';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const at = new Date('2026-11-25T06:17:00Z');
const hoursBefore = (hours: number) => new Date(at.getTime() - hours * 3_600_000);

/** A mirror with a version of bookworm, and executions of its order: what CheckForUpdates makes of them when the archive is at this. */
async function checkForUpdates(
  archiveIsAt: string,
  executions: { readonly succeeded?: Date; readonly running?: Date; readonly heldSince?: Date } = {},
) {
  const [press, folder] = [smallPress(signer), temporaryFolder()];
  await openMirrorDirectory(press.mirror.root, { create: true });
  await using archive = await serveArchive(folder);
  const request = BuildRequest.parse({
    release: 'bookworm',
    architectures: ['amd64'],
    sources: { archive: archive.url },
  });
  const file = join(folder, 'dists/bookworm/InRelease');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, 'as built');
  const planned = await lookAt(request, { ...press, scratch: temporaryFolder(), tools: '' });
  const recipe = planned.architectures[0]?.job.recipe ?? '';
  await press.publish({ source: 'bootstrap', planned: 'as built', recipe });
  writeFileSync(file, archiveIsAt);
  if (executions.heldSince !== undefined) await changeView('candidate', holding(executions.heldSince), press);

  const listed = (began?: Date) =>
    began === undefined ? [] : [{ name: executionName(request, began), startDate: began.getTime() / 1000 }];
  const aws = await fakeAws({
    StartExecution: ({ name }) => ({ executionArn: `arn:aws:states:::execution:${name}`, startDate: 1 }),
    ListExecutions: ({ statusFilter }) => ({
      executions: listed(statusFilter === 'RUNNING' ? executions.running : executions.succeeded),
    }),
  });
  const event = { request, at: at.toISOString() };
  const log: string[] = [];
  const variables = { [mirrorStoreVariable]: press.mirror.root, [stateMachineVariable]: stateMachineArn };
  const checked = await callDeployed('check-for-updates', event, variables, log);
  const started = aws.requests.filter(({ operation }) => operation === 'StartExecution').length;
  const { Behind: behind, HeldDays: held } = measuredIn(log);
  return { checked, behind, started, held };
}

function holding(time: Date): Change {
  const since = time.toISOString();
  const hold = { id: '0c1d2e3f4a5b', since, release: 'bookworm', architectures: [], flavours: [] };
  return ({ state }) => ({ state: { ...state, holds: [hold] }, note: { what: 'hold' } });
}

it('measures how long a release has been held without an end', async () => {
  expect(await checkForUpdates('as built', { heldSince: hoursBefore(36) })).toMatchObject({ held: 1 });
  expect((await checkForUpdates('as built')).held).toBeUndefined();
});

describe('a mirror is behind', () => {
  it('where there is news, and no build of the order has ever succeeded', async () => {
    expect(await checkForUpdates('something new')).toMatchObject({ checked: { updates: true }, behind: 1, started: 1 });
  });

  it('where the last build that succeeded is of two days before', async () => {
    expect(await checkForUpdates('something new', { succeeded: hoursBefore(48) })).toMatchObject({
      behind: 1,
      started: 1,
    });
  });

  it('not where yesterday’s news was built, though Ubuntu has some every day', async () => {
    const checked = await checkForUpdates('something new', { succeeded: hoursBefore(24.5) });
    expect(checked).toMatchObject({ checked: { updates: true }, behind: 0, started: 1 });
  });

  it('while its news is still being built', async () => {
    const checked = await checkForUpdates('something new', { running: hoursBefore(1), succeeded: hoursBefore(72) });
    expect(checked).toMatchObject({ checked: { updates: true, reason: 'a build is running' }, behind: 1, started: 0 });
  });

  it('not where there is no news, however long ago the last was built', async () => {
    expect(await checkForUpdates('as built')).toMatchObject({ checked: { updates: false }, behind: 0, started: 0 });
  });
});

describe('a stream that nobody whom the order knows has signed', () => {
  /** Looks at a stream of noble; `changed` is what somebody on the way to it does. */
  async function checkWhen(changed: (folder: string) => void, architecture = 'amd64') {
    const folder = temporaryFolder();
    const image = { release: 'noble', version: '24.04', architecture: 'amd64', serial: '20261120' };
    await publishCloudImages(folder, { layout: 'daily', signer, images: [{ ...image, squashfs: Buffer.from('x') }] });
    changed(folder);
    await using server = await serveArchive(folder);
    const { url } = server;
    const sources = { stream: url, streamKeyringData: signer.keyring.toString('base64'), archive: url, ports: url };
    const request = BuildRequest.parse({ release: 'noble', architectures: [architecture], sources });
    const aws = await fakeAws({
      StartExecution: ({ name }) => ({ executionArn: `arn:aws:states:::execution:${name}`, startDate: 1 }),
      ListExecutions: () => ({ executions: [] }),
    });
    const { root } = await openMirrorDirectory(temporaryFolder(), { create: true });
    const variables = { [mirrorStoreVariable]: root, [stateMachineVariable]: stateMachineArn };
    const looking = callDeployed('check-for-updates', { request, at: at.toISOString() }, variables, []);
    const failure = await looking.then(
      () => undefined,
      (error: Error) => `${error.name}: ${error.message}`,
    );
    return { failure, started: aws.requests.filter(({ operation }) => operation === 'StartExecution').length };
  }

  it('refuses, so that the alarm CheckForUpdatesFailed is raised, and starts no build', async () => {
    for (const document of streamDocuments) {
      const { failure, started } = await checkWhen((folder) => hideLine(folder, document, ' '));
      expect({ failure, started }).toEqual({
        failure: expect.stringMatching(`^BadSignature: .*${document}.sjson: the signature is not valid: line`),
        started: 0,
      });
    }
  });

  it('refuses a stream that never had such an image, and starts no build', async () => {
    const { failure, started } = await checkWhen(() => {}, 'arm64');
    expect(failure).toMatch(/^NoSuchImage: the stream has no noble \(24\.04\) arm64 .*: for this release it has amd64/);
    expect(started).toBe(0);
  });

  it('is quiet about an image that the stream announces: the build that it starts ends without an alarm', async () => {
    const name = 'com.ubuntu.cloud:daily:download.sjson';
    const { failure, started } = await checkWhen((folder) => rmSync(join(folder, 'streams/v1', name)));
    expect({ failure, started }).toEqual({ failure: undefined, started: 1 });
  });

  it('leaves a stream that cannot be read to the build that it starts', async () => {
    const { failure, started } = await checkWhen((folder) => rmSync(join(folder, 'streams'), { recursive: true }));
    expect({ failure, started }).toEqual({ failure: undefined, started: 1 });
  });
});
