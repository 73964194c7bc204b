import { describe, expect, it } from 'vitest';
import { mirror } from '../../../lib/job/layout';
import type { Read } from '../../../lib/operations/verify/check-document';
import { checkView } from '../../../lib/operations/verify/check-view';
import { promisedItems } from '../../../lib/operations/verify/promised-items';
import { writeJson } from '../../../lib/simplestreams/json';
import type { Index, IndexEntry } from '../../../lib/simplestreams/types';
import { bootloaderDocument, imageDocument } from '../../simplestreams/made-documents';
import { looksSigned, type SmallView, smallSignatures, smallView } from './made/small-signatures';

const documents = [bootloaderDocument(), imageDocument()]; // in the order of an index
const [signed, plain, signature] = [
  mirror.index('candidate'),
  mirror.plainIndex('candidate'),
  mirror.plainIndexSignature('candidate'),
];
const check = (read: Read) => checkView(read, 'candidate', smallSignatures());
const counting = (view: SmallView) => {
  const asked: string[] = [];
  const read: Read = async (key) => {
    asked.push(key);
    return view.read(key);
  };
  return { read, looks: () => asked.filter((key) => key === signed).length };
};

describe('a view', () => {
  it('is whole: its documents and what they promise are told, and it is looked at once', async () => {
    const { read, looks } = counting(await smallView(documents));

    const { items, ...found } = await check(read);

    expect(found).toEqual({ view: 'candidate', documents, problems: [] });
    expect(items).toHaveLength(promisedItems(documents).length);
    expect(items).toEqual(expect.arrayContaining(promisedItems(documents)));
    expect(looks()).toBe(1);
  });

  it('has no index: then only what follows it is looked for', async () => {
    const { problems, ...found } = await check(async () => undefined);

    expect(found).toEqual({ view: 'candidate', documents: [], items: [] });
    expect(problems.map(({ object, rule }) => `${object} ${rule}`)).toEqual([
      ...[`${signed} missing`, `${plain} missing`, `${signature} missing`],
    ]);
  });

  it('has the problems of its index, its documents, its state and its followers, in this order', async () => {
    const state = `streams/v1/${'0'.repeat(64)}.json`;
    const view = await smallView(documents, { state, format: 'index:1.0' });
    const [{ path } = { path: '' }] = Object.values(view.index.index);
    view.files.delete(mirror.document('candidate', path));
    view.files.set(signature, Buffer.from('else'));
    const { documents: read, problems } = await check(view.read);

    expect(read).toHaveLength(1);
    expect(problems.map(({ object, rule }) => `${object} ${rule}`)).toEqual([
      `${mirror.document('candidate', path)} missing`,
      `${mirror.document('candidate', state)} missing`,
      `${signature} signature`,
    ]);
  });

  it('does not follow a path that leads elsewhere, which a rule of the index tells', async () => {
    const view = await smallView(documents);
    const entries = Object.entries(view.index.index).map(([id, entry], at): [string, IndexEntry] => [
      id,
      at === 0 ? { ...entry, path: '../../elsewhere' } : entry,
    ]);
    const index: Index = { ...view.index, index: Object.fromEntries(entries) };
    view.files.set(signed, looksSigned(writeJson(index)));
    const asked: string[] = [];
    const found = await check(async (key) => {
      asked.push(key);
      return view.read(key);
    });

    expect(found.documents).toHaveLength(1);
    expect(found.problems.map(({ rule }) => rule)).toContain('path-unsafe');
    expect(asked.filter((key) => key.includes('elsewhere'))).toEqual([]);
  });
});

describe('a view in which something is published meanwhile', () => {
  /** What is read is of one view after the other; the last one stays. */
  const turning = (...views: readonly SmallView[]) => {
    let looks = 0;
    let view = views[0];
    const read: Read = async (key) => {
      if (key === signed) view = views[Math.min(looks++, views.length - 1)];
      return view?.read(key);
    };
    return { read, looks: () => looks };
  };
  const broken = async (more: object = {}) => {
    const view = await smallView(documents, more);
    view.files.set(plain, Buffer.from('{}'));
    return view;
  };

  it('is looked at again, and has no problem of its own', async () => {
    const { read, looks } = turning(await broken(), await smallView(documents, { later: 1 }));

    expect((await check(read)).problems).toEqual([]);
    expect(looks()).toBe(3); // the second one says that it moved
  });

  it.each([plain, signature])('is looked at again where only %s moved', async (key) => {
    const [before, after] = [await broken(), await smallView(documents)];
    before.files.set(key, Buffer.from('cut'));
    const { read } = turning(before, after);

    expect((await check(read)).problems).toEqual([]);
  });

  it('has its problems told where nothing moved', async () => {
    const { read, looks } = turning(await broken());

    expect((await check(read)).problems).toMatchObject([{ object: plain, rule: 'twin' }]);
    expect(looks()).toBe(2);
  });

  it('is looked at three times at most', async () => {
    const views = await Promise.all(Array.from({ length: 9 }, (_, at) => broken({ later: at })));
    const { read, looks } = turning(...views);

    expect((await check(read)).problems).not.toEqual([]);
    expect(looks()).toBe(5);
  });
});
