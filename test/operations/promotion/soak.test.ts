import { describe, expect, it } from 'vitest';
import { heldDays, standsStill } from '../../../lib/operations/promotion/soak';
import { withRemoved } from '../../../lib/publication/state/ledger';
import { contentDigest } from '../../../lib/publication/state/product-key';
import { emptyState } from '../../../lib/publication/state/state-document';
import type { ViewContent } from '../../../lib/publication/state/view-content';
import type { Promotion } from '../../../lib/publication/state/view-state';
import type { Withdrawal } from '../../../lib/publication/state/withdrawal';
import { withdrawnPart } from '../../../lib/publication/state/withdrawals';
import { imageFields } from '../../simplestreams/made-documents';
import { made, type Offered, viewWith } from '../plans/made';
import { publishedSince } from './made';

const at = new Date('2026-11-30T10:00:00Z');
const [old, month, recent] = ['2026-11-24T09:00:00Z', '2026-10-30T00:00:00Z', '2026-11-29T10:00:00Z'];
const ga = 'ubuntu/noble/amd64/ga-24.04/generic';
const offered = (words: string): Offered => ({ 'ga-24.04': { '1': 'r1 g1', ...(words && { '2': words }) } });
const candidate = publishedSince(viewWith('candidate', offered('r2 g2')), month, { 'r2 g2': old });
const state = { ...emptyState('stable'), kind: 'promoted' as const };
const stable = publishedSince(viewWith('stable', offered(''), { state }), month);

/** With a version of arm64, too. */
function withArm(content: ViewContent): ViewContent {
  const documents = [...content.documents].map(([id, document]) => {
    const arm = { ...imageFields, arch: 'arm64', label: content.view, versions: { '1': made('r1 a1') } };
    return [id, { ...document, products: { ...document.products, arm } }] as const;
  });
  return { ...content, documents: new Map(documents) };
}

function still(from: ViewContent, to: ViewContent, promotion: Partial<Promotion> = {}, marks: Withdrawal[] = []) {
  return standsStill(from, to, { after: '3d', ...promotion }, { withdrawn: marks, at });
}

const still2 = { release: 'noble', product: ga, version: '2', since: old };

describe('a release stands still', () => {
  it('if it takes nothing for twice as long as it waits, although there was news', () => {
    expect(still(candidate, stable)).toEqual([{ ...still2, why: 'not promoted' }]);
  });

  it('and says what keeps the news from it', () => {
    expect(still(candidate, stable, { require: ['lab'] })).toEqual([{ ...still2, why: 'no result of lab' }]);
  });

  it('if the target has nothing of the release', () => {
    const empty = { ...stable, documents: new Map(), ledger: { ...stable.ledger, products: {} } };
    expect(still(candidate, empty, { require: ['lab'] })).toMatchObject([{ version: '2', why: 'no result of lab' }]);
  });

  it('not because of what was removed from the target', () => {
    const [[id = '', row] = []] = Object.entries(stable.ledger.products);
    if (row === undefined) throw new RangeError('the target has a product');
    const products = { [id]: withRemoved(row, contentDigest(made('r2 g2'))) };
    expect(still(candidate, { ...stable, ledger: { ...stable.ledger, products } })).toEqual([]);
  });

  it('in one architecture, whatever the other took', () => {
    const [source, target] = [withArm(candidate), withArm(stable)];
    const from = publishedSince(source, month, { 'r2 g2': old });
    expect(still(from, publishedSince(target, month, { 'r1 a1': recent }))).toMatchObject([
      { product: ga, version: '2' },
    ]);
  });

  it('after a day where the promotion waits for nothing', () => {
    const late = publishedSince(viewWith('candidate', offered('r2 g2')), month, { 'r2 g2': recent });
    const { after, ...none } = { after: '3d', require: [] };
    expect(standsStill(late, stable, none, { withdrawn: [], at })).toMatchObject([{ version: '2', since: recent }]);
    const later = publishedSince(viewWith('candidate', offered('r2 g2')), month, { 'r2 g2': '2026-11-29T10:00:01Z' });
    expect(standsStill(later, stable, none, { withdrawn: [], at })).toEqual([]);
  });
});

describe('a release does not stand still', () => {
  it('before twice as long as it waits, where that is a few hours', () => {
    const late = (time: string) =>
      publishedSince(viewWith('candidate', offered('r2 g2')), month, { 'r2 g2': `2026-11-30T0${time}Z` });
    expect(still(late('4:00:01'), stable, { after: '3h' })).toEqual([]);
    expect(still(late('4:00:00'), stable, { after: '3h' })).toMatchObject([{ version: '2' }]);
  });

  it('if there is no news', () => {
    expect(still(candidate, publishedSince(viewWith('stable', offered('r2 g2'), { state }), month))).toEqual([]);
  });

  it('before twice as long as it waits', () => {
    const late = publishedSince(viewWith('candidate', offered('r2 g2')), month, { 'r2 g2': '2026-11-24T10:00:01Z' });
    expect(still(late, stable)).toEqual([]);
  });

  it('if it took something since', () => {
    const taken = publishedSince(viewWith('stable', offered(''), { state }), month, { 'r1 g1': recent });
    expect(still(candidate, taken)).toEqual([]);
  });

  it('if all news is withdrawn', () => {
    const [product] = Object.values([...candidate.documents.values()][0]?.products ?? {});
    const parts = [withdrawnPart(product ?? { versions: {} }, '2', made('r2 g2'))];
    const named = { id: '1', at: old, view: 'lab', release: 'noble', version: '2', architectures: [], flavours: [] };
    expect(still(candidate, stable, {}, [{ ...named, parts }])).toEqual([]);
  });

  it('if it is held, which an operator wants', () => {
    const hold = { id: '1', since: old, release: 'noble', architectures: [], flavours: [] };
    expect(still(candidate, { ...stable, state: { ...state, holds: [hold] } })).toEqual([]);
  });

  it('if only a flavour is new that it never had', () => {
    const more = publishedSince(viewWith('candidate', { ...offered(''), 'hwe-24.04-edge': { '1': 'r1 e1' } }), month);
    expect(still(more, stable, { require: ['lab'] })).toEqual([]);
  });

  it('if its source has nothing', () => {
    expect(still({ ...candidate, documents: new Map() }, stable)).toEqual([]);
  });
});

it('days of holds without an end are counted, of each release the longest', () => {
  const hold = (release: string, since: string, until?: string) => ({
    ...{ id: since, since, release, architectures: [], flavours: [], ...(until !== undefined && { until }) },
  });
  const holds = [
    hold('noble', recent),
    hold('noble', '2026-11-10T09:00:00Z'),
    hold('jammy', old, '2026-12-24T00:00:00Z'),
  ];
  expect([...heldDays({ state: { ...state, holds } }, at)]).toEqual([['noble', 20]]);
});
