import { describe, expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { checkItems } from '../../../lib/operations/verify/check-items';
import type { PromisedItem } from '../../../lib/operations/verify/promised-items';
import { sha256Of } from '../../../lib/sha256';
import { MemoryStore } from '../../publication/made/memory-store';
import { wrappedStore } from '../../publication/made/wrapped-store';

const bytes = Buffer.from('kernel');
const item = (changes: Partial<PromisedItem> = {}): PromisedItem => ({
  ...{ path: 'a', folder: '', size: bytes.length, sha256: sha256Of(bytes) },
  ...changes,
});
const store = new MemoryStore(new Map(['pool/a', 'pool/b', 'pool/c'].map((key) => [key, bytes])));

const checked = (
  promised: readonly [string, readonly PromisedItem[]][],
  inner = wrappedStore(store, (_, go) => go()),
) => checkItems(inner, new Map(promised), { concurrency: 2 });

describe('the items of a mirror', () => {
  it('are what was promised of them, each told once it is read', async () => {
    const progress: string[] = [];
    const promised = new Map(['pool/a', 'pool/b', 'pool/c'].map((key) => [key, [item()]]));
    const onProgress = (done: number, total: number) => void progress.push(`${done}/${total}`);

    expect(await checkItems(store, promised, { concurrency: 2, onProgress })).toEqual([]);
    expect(progress).toEqual(['1/3', '2/3', '3/3']);
  });

  it('are missing, or have another size or digest, and are told in the order of their promises', async () => {
    const other = sha256Of('other');
    expect(
      await checked([
        ['pool/b', [item({ sha256: other })]],
        ['pool/none', [item()]],
        ['pool/a', [item({ size: 7 })]],
      ]),
    ).toEqual([
      {
        object: 'pool/b',
        rule: 'sha256',
        message: `it has the sha256 ${sha256Of(bytes)}, but its document lists ${other}`,
      },
      {
        object: 'pool/none',
        rule: 'missing',
        message: 'missing: the index references it; deployments will fail',
      },
      { object: 'pool/a', rule: 'size', message: 'it has 6 bytes, but its document lists 7' },
    ]);
  });

  it('may be promised in two ways, of which one is wrong', async () => {
    expect(await checked([['pool/a', [item(), item({ size: 7 })]]])).toMatchObject([{ rule: 'size' }]);
  });

  const failing = (error: unknown) =>
    wrappedStore(store, async ({ key }, go) => {
      if (key === 'pool/b') throw error;
      return go();
    });

  it.each([
    ['an error of ours', new MirrorError('StoreFailed', 'the line is cut')],
    ['one of the system', Object.assign(new Error('the line is cut'), { code: 'EIO' })],
  ])('cannot be read, by %s, and the others are still read', async (_, error) => {
    const promised: [string, PromisedItem[]][] = ['pool/b', 'pool/none'].map((key) => [key, [item()]]);

    expect(await checked(promised, failing(error))).toMatchObject([
      { object: 'pool/b', rule: 'unreadable', message: 'it cannot be read: the line is cut' },
      { object: 'pool/none', rule: 'missing' },
    ]);
  });

  it.each([
    ['a mistake of ours', new TypeError('x is not a function')],
    ['what is no error', { code: 'EIO' }],
  ])('refuses to go on after %s', async (_, error) => {
    await expect(checked([['pool/b', [item()]]], failing(error))).rejects.toBe(error);
  });
});
