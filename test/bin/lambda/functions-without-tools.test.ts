import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeAssets } from '../../../bin/bundle/assets';
import { BuildRequest } from '../../../lib/job/build-request';
import { workStoreVariable } from '../../../lib/job/environment';
import { mirrorStoreVariable } from '../../../lib/job/execution-names';
import type { Plan } from '../../../lib/job/plan';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { openMirrorDirectory } from '../../../lib/store/open';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { publishCloudImages } from '../../fixtures/streams/cloud-stream';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-root';

const assets = mkdtempSync(join(tmpdir(), 'functions-'));
let signer: Signer;
let stranger: Signer;
beforeAll(async () => {
  [signer, stranger] = await Promise.all([smallSigner(), smallSigner('somebody else')]);
  await makeAssets(join(__dirname, '../../..'), assets);
});
afterAll(() => rmSync(assets, { recursive: true }));

/** Calls the bundle of Plan in a process that finds no program: a Lambda function has no gpgv. */
async function planned(request: BuildRequest): Promise<Plan> {
  const { root } = await openMirrorDirectory(temporaryFolder(), { create: true });
  const env = {
    PATH: '/nowhere',
    TMPDIR: temporaryFolder(),
    [mirrorStoreVariable]: root,
    [workStoreVariable]: temporaryFolder(),
  };
  const script = `require('./plan.js').handler(${JSON.stringify({ request, execution: 'check-for-updates' })}).then((plan) => console.log(JSON.stringify(plan)))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
    cwd: join(assets, 'functions'),
    env,
  });
  return JSON.parse(stdout) as Plan;
}

it('plans by the signed stream where there is no gpgv, and believes nothing that another key has signed', async () => {
  const folder = temporaryFolder();
  const image = { release: 'noble', version: '24.04', architecture: 'amd64', serial: '20261120' };
  await publishCloudImages(folder, { layout: 'daily', signer, images: [{ ...image, squashfs: Buffer.from('x') }] });
  for (const suite of ['noble', 'noble-updates', 'noble-security']) {
    mkdirSync(join(folder, 'dists', suite), { recursive: true });
    writeFileSync(join(folder, 'dists', suite, 'InRelease'), suite);
  }
  await using server = await serveArchive(folder);
  const { url } = server;
  const inputsBy = async ({ keyring }: Signer) => {
    const sources = { stream: url, streamKeyringData: keyring.toString('base64'), archive: url, ports: url };
    const plan = await planned(BuildRequest.parse({ release: 'noble', architectures: ['amd64'], sources }));
    return plan.architectures.map(({ job }) => job.inputs);
  };

  expect(await inputsBy(signer)).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  await expect(inputsBy(stranger)).rejects.toThrow(/BadSignature: .*the keyring does not contain the key/);
});
