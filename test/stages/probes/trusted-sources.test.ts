import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { reachedSources } from '../../../lib/stages/probes/reached-sources';
import { serveOverTls } from '../../fixtures/servers/served-over-tls';
import { temporaryFolder } from '../../fixtures/temporary-folder';

it('sources that builds read are trusted by the certificates of the mirror', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'dists/noble'), { recursive: true });
  writeFileSync(join(folder, 'dists/noble/InRelease'), 'signed');
  await using served = await serveOverTls(folder);
  const documents = [`${served.url}/dists/noble/InRelease`];

  await expect(reachedSources({ documents }, { waits: [] })).rejects.toMatchObject({ name: 'DownloadFailed' });
  expect(await reachedSources({ documents, caData: served.ca }, { waits: [] })).toMatch(/^one document was read/);
});
