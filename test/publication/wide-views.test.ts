import { describe, expect, it } from 'vitest';
import { changeRemarks } from '../../lib/operations/views/changed-lines';
import { derivedContent } from '../../lib/publication/derived/derive-view';
import { type Counter, wideView } from './made/counted';

const at = new Date('2026-11-20T08:30:00Z');

/** What is done to a view of so many products. */
const works: Readonly<Record<string, (count: number, counter: Counter) => void>> = {
  'to refresh a selected view': (count, counter) => {
    const source = wideView('stable', count, { '1': 'a', '2': 'b' }, counter);
    const target = wideView('site', count, { '1': 'a' }, counter);
    const { documents } = derivedContent(target, new Map([['stable', source]]), [{ from: 'stable' }], [], at);
    expect(Object.keys(documents.values().next().value?.products ?? {})).toHaveLength(count);
  },
  'to say what a MAAS downloads': (count, counter) => {
    const before = wideView('site', count, { '1': 'a' }, counter);
    const next = wideView('site', count, { '1': 'a', '2': 'b' }, counter);
    const remarks = changeRemarks(before.documents, next.documents);
    expect(remarks.filter(({ about }) => about === 'download')).toHaveLength(count);
  },
};

describe('twice as many products', () => {
  it.each(Object.entries(works))('are read about twice as often %s', (_, work) => {
    const [few, many] = [50, 100].map((count) => {
      const counter = { reads: 0 };
      work(count, counter);
      return counter.reads;
    });

    expect(few).toBeGreaterThan(0);
    expect((many ?? 0) / (few ?? 1)).toBeLessThan(2.3);
  });
});
