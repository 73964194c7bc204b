import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { handler as promote } from '../../../bin/lambda/promote';
import { mirrorStoreVariable } from '../../../lib/job/execution-names';
import { makePrivateKey, openpgpSigner } from '../../../lib/simplestreams/openpgp/openpgp-signer';
import { openMirrorDirectory } from '../../../lib/store/open';
import { environment } from '../../fixtures/aws/fake-aws';
import { publicationTime } from '../../fixtures/mirrors/small-mirror';
import '../../fixtures/needs-seconds';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { MadeMirror } from '../../operations/operate/made-mirror';

it('logs what a view waits for: a release that is misspelt never comes, and no alarm says so', async () => {
  const [folder, key] = [
    temporaryFolder(),
    await makePrivateKey({ name: 'mirror', at: publicationTime, rsaBits: 2048 }),
  ];
  const [mirror, keyFile] = [join(folder, 'mirror'), join(folder, 'key.asc')];
  writeFileSync(keyFile, key, { mode: 0o600 });
  const store = await openMirrorDirectory(mirror, { create: true, writes: true });
  const made = new MadeMirror(store, await openpgpSigner(key));
  await made.publish('candidate', '20261120.083000', { images: { 'ga-24.04': 'good' } });
  environment({ [mirrorStoreVariable]: mirror, MIRROR_SIGNING_KEY: keyFile });
  const log = vi.spyOn(console, 'log').mockReturnValue();

  const view = { name: 'odd', select: [{ from: 'candidate', releases: ['jamy'] }], configured: 'f'.repeat(64) };
  const { waiting } = Object(await promote({ views: [view], at: '2026-11-20T09:00:00Z' }, { awsRequestId: '1' }));

  const lines = log.mock.calls.map(([line]) => String(line));
  log.mockRestore();
  expect(waiting).toEqual([expect.stringMatching(/^odd: .*jamy/)]);
  expect(lines).toContainEqual(expect.stringMatching(/^odd waits: .*jamy/));
});
