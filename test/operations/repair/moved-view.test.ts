import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { OperationRequest } from '../../../lib/job/operations/operation';
import { operate } from '../../../lib/operations/operate';
import { verifyMirror } from '../../../lib/operations/verify';
import { showMirror } from '../../../lib/publication/mirror/show-mirror';
import { viewsOf } from '../../../lib/publication/views';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { formatBytes, formatKey } from '../../../lib/store/format';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { MadeMirror } from '../operate/made-mirror';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const promote = (to: string): OperationRequest => ({
  ...{ does: 'promote', from: 'candidate', to, architectures: [], flavours: [], require: [] },
});
const withdraw: OperationRequest = {
  ...{ does: 'withdraw', view: 'pilot', release: 'noble', version: 'newest' },
  ...{ architectures: [], flavours: [], allViews: false },
};

it('a view that was moved to another disk, with a link in its place, is one like any other', async () => {
  const store = new DirectoryStore(folderInMemory());
  await store.create(formatKey, formatBytes);
  const made = new MadeMirror(store, signer);
  await made.publish('candidate', '20261123.083000', { images: { 'ga-24.04': 'bad' } });
  await showMirror('candidate', 'noble', made.bench);
  const bench = { ...made.bench, mirror: store };
  const ask = (operation: OperationRequest) =>
    operate({ operation, by: 'anna@ops1', dryRun: false, tool: '0', needs: [] }, bench);
  const rules = async () =>
    (await verifyMirror(store, { scratch: folderInMemory() })).problems.map(({ object, rule }) => `${object} ${rule}`);
  await ask(promote('pilot'));
  const elsewhere = join(folderInMemory(), 'pilot');
  renameSync(join(store.root, 'pilot'), elsewhere);
  symlinkSync(elsewhere, join(store.root, 'pilot'));

  expect(await viewsOf(store)).toEqual(['candidate', 'pilot']);
  expect(await rules()).toEqual(['pilot/noble/amd64/20261123.083000 link']);
  await ask({ does: 'repair', upgrade: false });
  expect(await rules()).toEqual([]);
  await ask(withdraw);
  await expect(ask(promote('stable'))).rejects.toMatchObject({ name: 'Withdrawn' });
  expect(await rules()).toEqual([]);

  rmSync(elsewhere, { recursive: true }); // the disk is not there
  await expect(ask(promote('stable'))).rejects.toMatchObject({
    name: 'NoSuchObject',
    message: expect.stringMatching(/^what is withdrawn in pilot cannot be read: /) as string,
  });
  expect(await rules()).toContain('pilot/streams/v1/deleted.sjson buried');
});
