import { describe, expect, it } from 'vitest';
import {
  appended,
  type HistoryBlock,
  type HistoryHead,
  noHistory,
  parseHistory,
} from '../../../lib/publication/state/history';
import { changesBetween, decidedBetween, decisionsBetween } from '../../../lib/publication/state/history-changes';
import type { Ledger } from '../../../lib/publication/state/ledger';
import { contentDigest } from '../../../lib/publication/state/product-key';
import type { ViewContent } from '../../../lib/publication/state/view-content';
import { writeJson } from '../../../lib/simplestreams/json';
import type { Product, Products, Version } from '../../../lib/simplestreams/types';
import { imageContentId, imageId } from '../../simplestreams/made-documents';
import { viewOf } from '../made/view-of';

const entryOf = (number: number, reason = '') =>
  ({ number, at: '2026-11-20T08:00:00Z', what: 'publish', reason, tool: '0.1.0', changes: [], decisions: [] }) as const;
const headOf = (block: HistoryBlock, entries: number): HistoryHead => ({
  entries,
  newest: { path: `streams/v1/${'a'.repeat(64)}.json`, block },
});

describe('the history of a view', () => {
  it('begins with its first entry, and goes on in the same block', () => {
    const first = appended(noHistory, 'stable', entryOf(1));
    expect(first).toEqual({ format: 'view-history:1', view: 'stable', entries: [entryOf(1)] });
    expect(appended(headOf(first, 1), 'stable', entryOf(2)).entries).toEqual([entryOf(1), entryOf(2)]);
    expect(parseHistory(writeJson(first), 'it')).toEqual(first);
  });

  it.each([
    ['64 entries', Array.from({ length: 64 }, (_, count) => entryOf(count + 1))],
    ['256 KiB', [entryOf(1, 'x'.repeat(256 * 1024))]],
  ])('goes on in a new block after %s, which names the one before', (_, entries) => {
    const block: HistoryBlock = { format: 'view-history:1', view: 'stable', entries };
    const head = headOf(block, entries.length);
    const fuller = headOf({ ...block, entries: entries.slice(0, -1) }, entries.length - 1);

    expect(appended(fuller, 'stable', entryOf(9)).entries).toHaveLength(entries.length);
    expect(appended(head, 'stable', entryOf(9))).toEqual({
      ...{ format: 'view-history:1', view: 'stable', entries: [entryOf(9)] },
      before: head.newest?.path,
    });
  });

  it('can be read where a newer release has entered what this one does not know', () => {
    const text = writeJson({
      format: 'view-history:1',
      view: 'a',
      entries: [{ ...entryOf(1), what: 'import', later: 1 }],
    });
    expect(parseHistory(text, 'it').entries).toMatchObject([{ what: 'import', later: 1 }]);
    expect(() => parseHistory(text.replace('"number": 1', '"number": 0'), 'it')).toThrow(/entries \/ 0 \/ number: /);
  });
});

describe('what changed', () => {
  const key = 'ubuntu/noble/amd64/ga-24.04/generic';
  const none = { added: [], removed: [], held: [], released: [] };

  it.each([
    [
      'versions came and went',
      viewOf({ '1': 'a', '2': 'b' }),
      viewOf({ '2': 'b', '3': 'c' }),
      { added: ['3'], removed: ['1'] },
    ],
    ['one is pending', viewOf({ '1': 'a' }), viewOf({ '1': 'a' }, { '2': 'b' }), { held: ['2'] }],
    [
      'a pending one is offered',
      viewOf({ '1': 'a' }, { '2': 'b' }),
      viewOf({ '1': 'a', '2': 'b' }),
      { added: ['2'], released: ['2'] },
    ],
    [
      'it gets another name then',
      viewOf({ '1': 'a' }, { '2': 'b' }),
      viewOf({ '1': 'a', '3': 'b' }),
      { added: ['3'], released: ['2'] },
    ],
    ['a pending one is dropped', viewOf({ '1': 'a' }, { '2': 'b' }), viewOf({ '1': 'a' }), undefined],
    [
      'one is withdrawn',
      viewOf({ '1': 'a', '2': 'b' }),
      viewOf({ '1': 'a' }, { '2': 'b' }, 'withdrawn'),
      { removed: ['2'] },
    ],
    ['a product came', viewOf({}), viewOf({ '1': 'a' }), { added: ['1'] }],
    ['a product went', viewOf({ '1': 'a' }), viewOf({}), { removed: ['1'] }],
    ['nothing did', viewOf({ '1': 'a' }), viewOf({ '1': 'a' }), undefined],
  ])('is told where %s', (_, before, next, change) => {
    expect(changesBetween(before, next)).toEqual(change === undefined ? [] : [{ products: [key], ...none, ...change }]);
  });

  it('is told once for products that changed in the same way', () => {
    const flavours = (view: ViewContent, names: readonly string[]): ViewContent => {
      const document = view.documents.get(imageContentId) as Products;
      const product = document.products[imageId];
      const products = Object.fromEntries(names.map((name) => [name, { ...product, kflavor: name }]));
      return { ...view, documents: new Map([[imageContentId, { ...document, products }]]) } as ViewContent;
    };
    const names = ['rt', 'generic', 'lowlatency'];
    expect(
      changesBetween(flavours(viewOf({ '1': 'a' }), names), flavours(viewOf({ '1': 'a', '2': 'b' }), names)),
    ).toEqual([
      {
        products: ['generic', 'lowlatency', 'rt'].map((name) => `ubuntu/noble/amd64/ga-24.04/${name}`),
        ...none,
        added: ['2'],
      },
    ]);
  });
});

describe('what was decided', () => {
  const [before] = [viewOf({ '1': 'a' })];
  const withState = (state: object): ViewContent => ({ ...before, state: { ...before.state, ...state } });
  const row = { top: '1', gone: {}, since: {}, attested: {} };
  const withResults = (...passed: readonly boolean[]): ViewContent => {
    const results = passed.map((one) => ({ check: 'lab', passed: one, at: 'then', view: 'candidate', version: '1' }));
    const products = Object.fromEntries(['a', 'b'].map((id) => [id, { ...row, attested: { content: results } }]));
    return { ...before, ledger: { ...before.ledger, products } as Ledger };
  };

  it.each([
    ['nothing', before, before, []],
    ['a withdrawal', before, withState({ withdrawals: [{ id: 'w1' }] }), ['withdrawn w1']],
    ['its end', withState({ withdrawals: [{ id: 'w1' }] }), before, ['withdrawal w1 lifted']],
    ['a hold', before, withState({ holds: [{ id: 'h1' }] }), ['hold h1']],
    ['its end', withState({ holds: [{ id: 'h1' }] }), before, ['hold h1 lifted']],
    [
      'another end of it',
      withState({ holds: [{ id: 'h1' }] }),
      withState({ holds: [{ id: 'h1', until: '2026-12-01T08:00:00Z' }] }),
      ['hold h1 changed'],
    ],
    [
      'a withdrawal in all views instead of one',
      withState({ withdrawals: [{ id: 'w1' }] }),
      withState({ withdrawals: [{ id: 'w1', everywhere: true }] }),
      ['withdrawal w1 changed'],
    ],
    [
      'a source',
      before,
      withState({ kind: 'selected', source: { select: [{ from: 'a' }] } }),
      ['source {"select":[{"from":"a"}]}'],
    ],
    ['a kind', before, withState({ kind: 'promoted' }), ['source "promoted"']],
    ['a result', before, withResults(true), ['attested lab: passed']],
    ['another result', withResults(true), withResults(false), ['attested lab: failed']],
  ])('is told of %s', (_, was, is, decisions) => {
    expect(decisionsBetween(was, is)).toEqual(decisions);
  });

  const all = { release: 'noble', architectures: [], flavours: [] };
  const withdrawal = { id: 'w1', ...all, version: '1', flavours: ['ga-24.04'] };
  const about = { release: 'noble', version: '1', architectures: [], flavours: ['ga-24.04'] };
  const until = '2026-12-01T08:00:00Z';

  it.each([
    ['a withdrawal', before, withState({ withdrawals: [withdrawal] }), { decision: 'withdrawn w1', ...about }],
    ['its end', withState({ withdrawals: [withdrawal] }), before, { decision: 'withdrawal w1 lifted', ...about }],
    [
      'a withdrawal in all views instead of one',
      withState({ withdrawals: [withdrawal] }),
      withState({ withdrawals: [{ ...withdrawal, everywhere: true }] }),
      { decision: 'withdrawal w1 changed', ...about, everywhere: true },
    ],
    [
      'a hold',
      before,
      withState({ holds: [{ id: 'h1', ...all, at: '1', until }] }),
      { decision: 'hold h1', ...all, at: '1', until },
    ],
    ['its end', withState({ holds: [{ id: 'h1', ...all }] }), before, { decision: 'hold h1 lifted', ...all }],
  ])('is told with what it is about: %s', (_, was, is, decided) => {
    expect(decidedBetween(was, is)).toEqual([decided]);
    const entry = { ...entryOf(1), decisions: [decided.decision], decided: [decided] };
    const block = { format: 'view-history:1', view: 'stable', entries: [entry] };
    expect(parseHistory(writeJson(block), 'it')).toEqual(block);
  });

  it('is told once for all products with a result, under the name that the version has in this view', () => {
    const [document] = before.documents.values();
    const product = document?.products[imageId] as Product;
    const content = contentDigest(product.versions['1'] as Version);
    const flavours = ['generic', 'lowlatency'].map((kflavor) => [kflavor, { ...product, kflavor }] as const);
    const documents = new Map([[imageContentId, { ...document, products: Object.fromEntries(flavours) } as Products]]);
    const result = { check: 'lab', passed: false, at: 'then', view: 'lab-1', version: '0', link: 'https://lab/1' };
    const rows = flavours.map(([id]) => [id, { ...row, attested: { [content]: [result] } }]);
    const ledger = { ...before.ledger, products: Object.fromEntries(rows) } as Ledger;

    expect(decidedBetween({ ...before, documents }, { ...before, documents, ledger })).toEqual([
      {
        ...{ decision: 'attested lab: failed', release: 'noble', version: '1', link: 'https://lab/1' },
        ...{ architectures: ['amd64'], flavours: ['ga-24.04', 'ga-24.04-lowlatency'] },
      },
    ]);
  });
});
