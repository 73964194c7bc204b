import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../../lib/job/layout';
import { OperationRequest } from '../../../lib/job/operations/operation';
import { operate } from '../../../lib/operations/operate';
import { verifyMirror } from '../../../lib/operations/verify';
import { showMirror } from '../../../lib/publication/mirror/show-mirror';
import { viewFoldersOf } from '../../../lib/publication/views';
import { withdrawnEverywhere } from '../../../lib/publication/withdrawn-everywhere';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { formatBytes, formatKey } from '../../../lib/store/format';
import type { Store } from '../../../lib/store/store';
import { smallS3Store } from '../../fixtures/aws/small-s3/small-s3-store';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import '../../fixtures/needs-seconds';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { MadeMirror } from '../operate/made-mirror';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const [monday, tuesday] = ['20261123.083000', '20261124.083000'];

/** Lab follows candidate, in which the newest version is withdrawn. */
async function withdrawnIn(store: Store): Promise<MadeMirror> {
  await store.create(formatKey, formatBytes);
  const mirror = new MadeMirror(store, signer);
  await mirror.publish('candidate', monday, { images: { 'ga-24.04': 'good' } });
  await mirror.publish('candidate', tuesday, { images: { 'ga-24.04': 'bad' } });
  await showMirror('candidate', 'noble', mirror.bench);
  await mirror.operate(OperationRequest.parse({ does: 'view-create', name: 'lab', select: [{ from: 'candidate' }] }));
  const about = { view: 'candidate', release: 'noble', version: tuesday };
  await mirror.operate(OperationRequest.parse({ does: 'withdraw', ...about }));
  return mirror;
}

/** In the store itself: a directory knows what it wrote last. */
const repairing = ({ bench, store }: MadeMirror, words: object = {}, dryRun = false) =>
  operate(
    { operation: OperationRequest.parse({ does: 'repair', ...words }), by: 'anna@ops1', dryRun, tool: '0', needs: [] },
    { ...bench, mirror: store },
  );
const marksOf = ({ bench, store }: MadeMirror) => withdrawnEverywhere({ ...bench, mirror: store });

const problemsOf = async ({ store }: MadeMirror) =>
  (await verifyMirror(store, { scratch: folderInMemory(), objects: false })).problems;

describe('a view whose whole folder was removed from a directory', () => {
  async function removed() {
    const store = new DirectoryStore(folderInMemory());
    const mirror = await withdrawnIn(store);
    const backup = join(folderInMemory(), 'candidate');
    cpSync(join(store.root, 'candidate'), backup, { recursive: true, verbatimSymlinks: true });
    rmSync(join(store.root, 'candidate'), { recursive: true });
    return { store, mirror, backup };
  }

  it('is not forgotten: nothing is published until its withdrawals are known, and verify names what repairs it', async () => {
    const { store, mirror, backup } = await removed();
    expect(await viewFoldersOf(store)).toEqual(['candidate', 'lab']);
    await expect(marksOf(mirror)).rejects.toMatchObject({
      hint: expect.stringContaining('maas-mirror repair candidate --forget-lost'),
    });
    expect((await problemsOf(mirror)).map(({ object, rule }) => [object, rule])).toContainEqual([
      layout.tombstone('candidate'),
      'buried',
    ]);
    await expect(repairing(mirror, { view: 'candidate' })).rejects.toMatchObject({
      message: 'candidate has lost: state (missing or changed)',
    });

    cpSync(backup, join(store.root, 'candidate'), { recursive: true, verbatimSymlinks: true });
    expect(await problemsOf(mirror)).toEqual([]);
    expect((await marksOf(mirror)).map(({ version }) => version)).toEqual([tuesday]);
  });

  it('can be given up', async () => {
    const { mirror } = await removed();
    await repairing(mirror, { view: 'candidate', forgetLost: true });
    expect(await marksOf(mirror)).toEqual([]);
    expect((await problemsOf(mirror)).map(({ object, rule }) => [object, rule])).toEqual([
      [layout.index('lab'), 'unfollowed'],
    ]);
  });

  it('is put back by repair if only its indexes were removed, which verify says', async () => {
    const store = new DirectoryStore(folderInMemory());
    const mirror = await withdrawnIn(store);
    for (const key of [layout.index, layout.plainIndex, layout.plainIndexSignature])
      rmSync(join(store.root, key('candidate')));
    expect(await problemsOf(mirror)).toContainEqual({
      ...{ object: layout.index('candidate'), rule: 'missing' },
      message: expect.stringMatching(/; to put back what was published last, run: maas-mirror repair candidate$/),
    });
    await repairing(mirror);
    expect(await problemsOf(mirror)).toEqual([]);
  });
});

it('a view that was removed from a bucket is told where another one follows it, unless it was deleted', async () => {
  const mirror = await withdrawnIn(await smallS3Store());
  const keys: string[] = [];
  for await (const key of mirror.store.list('candidate/')) keys.push(key);
  for (const key of keys) await mirror.store.remove(key);
  expect(await marksOf(mirror)).toEqual([]);

  const said = 'if the files of candidate were removed, restore them: what was withdrawn there is unknown without them';
  const problem = { object: layout.index('lab'), rule: 'unfollowed', message: expect.stringContaining(said) };
  expect(await problemsOf(mirror)).toEqual([problem]);
  const { views } = await repairing(mirror, {}, true);
  expect(views).toMatchObject([{ view: 'lab', lines: [{ does: 'leave out', why: expect.stringContaining(said) }] }]);
});
