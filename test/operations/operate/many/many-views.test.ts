import { beforeAll, describe, expect, it } from 'vitest';
import { OperationRequest } from '../../../../lib/job/operations/operation';
import { listViews } from '../../../../lib/operations/list';
import { viewsOfMirror } from '../../../../lib/operations/views-of-mirror';
import { followViews } from '../../../../lib/publication/derived/follow-views';
import type { Signer } from '../../../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../../../fixtures/mirrors/small-mirror';
import '../../../fixtures/needs-seconds';
import { MemoryStore } from '../../../publication/made/memory-store';
import { MadeMirror } from '../made-mirror';

let signer: Signer;
const mirrors = new Map<number, MemoryStore>();
beforeAll(async () => {
  signer = await smallSigner();
  for (const sites of [5, 10]) mirrors.set(sites, await madeMirror(sites));
});

const asked = { view: 'candidate', release: 'noble' };
const [older, newest] = ['20261120.083000', '20261124.083000'];

/** A mirror with so many site views, which follow one of two views. */
async function madeMirror(sites: number): Promise<MemoryStore> {
  const store = new MemoryStore();
  const mirror = new MadeMirror(store, signer);
  for (const view of ['candidate', 'other']) {
    await mirror.publish(view, older, { images: { 'ga-24.04': 'good' }, loader: 'good' });
    await mirror.publish(view, newest, { images: { 'ga-24.04': 'bad' }, loader: 'bad' });
  }
  for (let site = 0; site < sites; site++) {
    await mirror.operate(request({ does: 'view-create', name: `site-${site}`, select: [{ from: 'candidate' }] }));
  }
  return store;
}

const request = (words: object) => OperationRequest.parse(words);
const operation = (words: object) => (mirror: MadeMirror) => mirror.operate(request(words));

const works: Readonly<Record<string, (mirror: MadeMirror) => Promise<unknown>>> = {
  withdraw: operation({ does: 'withdraw', ...asked, version: older }),
  'withdraw --all-views': operation({ does: 'withdraw', ...asked, version: older, allViews: true }),
  'rollback --all-views': operation({ does: 'rollback', ...asked, allViews: true }),
  'restore --all-views': async (mirror) => {
    await mirror.operate(request({ does: 'rollback', ...asked, allViews: true }));
    await mirror.operate(request({ does: 'restore', ...asked, version: newest, allViews: true }));
  },
  'view create': operation({ does: 'view-create', name: 'new', select: [{ from: 'candidate' }] }),
  'view set': operation({ does: 'view-set', name: 'site-0', select: [{ from: 'other' }] }),
  'view delete': operation({ does: 'view-delete', name: 'site-0' }),
  publish: async (mirror) => {
    await mirror.publish('candidate', '20261125.083000', { images: { 'ga-24.04': 'fix' } });
    await followViews('candidate', mirror.bench);
  },
  list: (mirror) => listViews(mirror.bench.mirror),
  'view list': (mirror) => viewsOfMirror(mirror.bench.mirror),
};

/** The keys that are read on a mirror of so many site views. */
async function readsOf(sites: number, work: (mirror: MadeMirror) => Promise<unknown>): Promise<readonly string[]> {
  const mirror = new MadeMirror(mirrors.get(sites)?.copy() ?? new MemoryStore(), signer);
  mirror.turnClockTo('2026-11-25T08:30:00Z');
  const read: string[] = [];
  mirror.around = ({ method, key }, go) => {
    if (method === 'read') read.push(key);
    return go();
  };
  await work(mirror);
  return read;
}

/** Products of a view, not its index. */
const documentsIn = (reads: readonly string[], view: RegExp) =>
  reads.filter((key) => /\/[0-9a-f]{64}\.sjson$/.test(key) && view.test(key));

describe('twice as many site views', () => {
  it.each(Object.entries(works))('cost %s less than twice as many reads', async (_, work) => {
    const [few, many] = [await readsOf(5, work), await readsOf(10, work)];
    expect(few.length).toBeGreaterThan(0);
    expect(many.length / few.length).toBeLessThan(2);
  });

  it.each(['publish', 'rollback --all-views'])('let %s read the view that they follow no more often', async (name) => {
    const work = works[name] ?? (() => Promise.reject(new Error(name)));
    const [few, many] = [await readsOf(5, work), await readsOf(10, work)].map((reads) =>
      documentsIn(reads, /^candidate/),
    );
    expect(many).toEqual(few);
  });

  it.each(['view create', 'view set', 'view delete'])('are not read by %s of another', async (name) => {
    const reads = await readsOf(5, works[name] ?? (() => Promise.reject(new Error(name))));
    expect(documentsIn(reads, /^(?:candidate|other|new|site-0)/)).not.toEqual([]);
    expect(documentsIn(reads, /^site-[1-9]/)).toEqual([]);
  });
});

it.each([
  ['withdraw', /^candidate/],
  ['rollback --all-views', /^candidate/],
  ['view create', /^candidate/],
  ['view set', /^other/],
])('%s reads each large file of the view that it is about once', async (name, view) => {
  const reads = documentsIn(await readsOf(5, works[name] ?? (() => Promise.reject(new Error(name)))), view);

  expect(reads).not.toEqual([]);
  expect(reads).toEqual([...new Set(reads)]);
});
