import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../lib/job/layout';
import { KnownDocuments } from '../../lib/publication/known-documents';
import { contentOf } from '../../lib/publication/next-content';
import { readView } from '../../lib/publication/read-view';
import type { ViewContent } from '../../lib/publication/state/view-content';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { MadeMirror } from '../operations/operate/made-mirror';
import { MemoryStore } from './made/memory-store';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

/** A view that was read once, and what reads it again: the keys that are then read. */
async function readOnce() {
  const mirror = new MadeMirror(new MemoryStore(), signer);
  await mirror.publish('candidate', '20261120.083000', { images: { 'ga-24.04': 'good' }, loader: 'good' });
  const reading = { mirror: mirror.bench.mirror, signer, known: new KnownDocuments() };
  const content = contentOf(await readView('candidate', reading));
  const read: string[] = [];
  mirror.around = ({ method, key }, go) => {
    if (method === 'read' && key !== layout.index('candidate')) read.push(key);
    return go();
  };
  return { mirror, content, read, again: async () => contentOf(await readView('candidate', reading)) };
}

/** Takes everything out of memory that nothing holds. */
async function collectGarbage(): Promise<void> {
  await setImmediate(); // what this job has looked at stays until its end
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

const objectsIn = ({ documents, shelf, ledger }: ViewContent) => [...documents.values(), shelf, ledger];

describe('what was read of a view', () => {
  it('is known for as long as its content is in use', async () => {
    const { content, read, again } = await readOnce();
    await collectGarbage();

    const same = await again();

    expect(objectsIn(same).map((part, at) => part === objectsIn(content)[at])).toEqual([true, true, true, true]);
    expect(read.filter((key) => key.endsWith('.sjson'))).toEqual([]);
  });

  it.each([
    ['is missing', undefined, 'NoSuchObject'],
    ['was replaced', Buffer.from('{}'), 'ChecksumMismatch'],
  ])('is read again once a file of it %s', async (_, bytes, name) => {
    const { mirror, content, again } = await readOnce();
    const [path = ''] = content.signed?.paths.values() ?? [];
    await mirror.store.remove(layout.document('candidate', path));
    if (bytes !== undefined) await mirror.store.create(layout.document('candidate', path), bytes, {});

    await expect(again()).rejects.toMatchObject({ name });
    expect(objectsIn(content)).toHaveLength(4);
  });
});
