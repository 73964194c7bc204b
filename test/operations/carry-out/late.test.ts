import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../../lib/job/layout';
import type { OperationRequest } from '../../../lib/job/operations/operation';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { allStores } from '../../publication/made/all-stores';
import { MadeMirror } from '../operate/made-mirror';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const images = (words: string) => ({ images: { 'ga-24.04': words } });
const noble = { release: 'noble', architectures: [], flavours: [] };
const promote: OperationRequest = {
  ...{ does: 'promote', from: 'candidate', to: 'stable', architectures: [], flavours: [], require: [] },
};

async function made(makeStore: () => ReturnType<(typeof allStores)[number][1]>): Promise<MadeMirror> {
  const mirror = new MadeMirror(await makeStore(), signer);
  await mirror.publish('candidate', '20261123.083000', images('good'));
  return mirror;
}

async function putBack({ store }: MadeMirror, key: string, old: Buffer): Promise<void> {
  if (store instanceof DirectoryStore) writeFileSync(join(store.root, key), old);
  else await store.replace(key, old, { ifMatch: (await store.read(key))?.tag ?? null });
}

describe.each(allStores)('an operation, %s,', (_, makeStore) => {
  it('changes the view that it names where another one was restored that needs no change, and refuses it where that is named', async () => {
    const mirror = await made(makeStore);
    await mirror.operate(promote);
    const key = layout.index('stable');
    const old = (await mirror.store.read(key))?.bytes ?? Buffer.alloc(0);
    const attest: OperationRequest = {
      does: 'attest',
      view: 'stable',
      ...noble,
      version: 'newest',
      check: 'x',
      passed: true,
    };
    await mirror.operate(attest);
    const withdraw: OperationRequest = {
      does: 'withdraw',
      view: 'candidate',
      ...noble,
      version: 'newest',
      allViews: false,
    };
    await mirror.publish('candidate', '20261124.083000', images('bad'));
    await mirror.operate(withdraw);
    await putBack(mirror, key, old);
    const restore: OperationRequest = { ...withdraw, does: 'restore', allViews: true };
    await expect(mirror.operate({ ...restore, view: 'stable' })).rejects.toMatchObject({ name: 'NoSuchVersion' });
    await expect(mirror.operate({ ...attest, passed: true })).rejects.toMatchObject({
      name: 'ChecksumMismatch',
      message: expect.stringContaining(key),
    });
    await mirror.operate(restore);
    expect(await mirror.newest('candidate')).toEqual({ 'ga-24.04': 'bad/bad' });
  });

  it('that holds until a time does not begin after it, by its plan', async () => {
    const mirror = await made(makeStore);
    const hold: OperationRequest = { does: 'hold', view: 'candidate', ...noble, until: '2026-11-20T10:00:00Z' };
    const { plan } = await mirror.operate(hold, { dryRun: true });
    mirror.turnClockTo('2026-11-20T11:00:00Z');

    await expect(mirror.operate(hold, { plan })).rejects.toMatchObject({
      name: 'BadInput',
      message: 'the hold would end at 2026-11-20T10:00:00Z, which is in the past',
    });
    expect((await mirror.read('candidate')).state.holds).toEqual([]);
  });

  it.each(['constructor', 'valueOf', '__proto__'])('knows no version %s', async (version) => {
    const mirror = await made(makeStore);
    await mirror.publish('candidate', '20261124.083000', images('bad'));
    await mirror.operate({ does: 'withdraw', view: 'candidate', ...noble, version: 'newest', allViews: false });

    const restore: OperationRequest = { does: 'restore', view: 'candidate', ...noble, version, allViews: false };
    await expect(mirror.operate(restore)).rejects.toMatchObject({ name: 'NoSuchVersion', misuse: true });
  });
});
