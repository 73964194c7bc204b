import { describe, expect, it } from 'vitest';
import { type Ineligible, ineligible, type Wanted } from '../../../lib/publication/offers/eligible';
import type { Attestation, LedgerRow } from '../../../lib/publication/state/ledger';
import { contentDigest } from '../../../lib/publication/state/product-key';
import type { Withdrawal } from '../../../lib/publication/state/withdrawal';
import { WithdrawnIndex, withdrawnPart } from '../../../lib/publication/state/withdrawals';
import type { Product, Version } from '../../../lib/simplestreams/types';
import { bootloaderFields, bootloaderVersion, imageFields, imageVersion } from '../../simplestreams/made-documents';

const image: Product = { ...imageFields, versions: {} };
const loader: Product = { ...bootloaderFields, versions: {} };
const booted: Version = { ...imageVersion('1'), gate: 'passed' };
const none = new WithdrawnIndex('stable', []);
const day = 24 * 60 * 60 * 1000;
const wanted: Wanted = { at: new Date('2026-11-30T08:00:00Z'), require: [] };

function result(check: string, passed: boolean): Attestation {
  return { check, passed, at: '2026-11-28T08:00:00Z', view: 'candidate', version: '1' };
}
/** What is remembered of a version that was published at this time. */
function row(since: string | undefined, results: readonly Attestation[] = [], version = booted): LedgerRow {
  const content = contentDigest(version);
  return {
    top: '1',
    gone: {},
    since: since === undefined ? {} : { [content]: since },
    attested: { [content]: results },
  };
}
const mark: Withdrawal = {
  ...{ id: '9d3c0a1b2c4d', at: '2026-11-25T09:12:00Z', view: 'candidate', release: 'noble', version: '1' },
  ...{ architectures: [], flavours: [], parts: [withdrawnPart(image, '1', booted)] },
};

describe('a version may enter a view', () => {
  it.each<[string, Partial<Wanted>, LedgerRow | undefined, Version]>([
    ['if it has booted', {}, undefined, booted],
    ['after exactly as long as is wanted', { after: 3 * day }, row('2026-11-27T08:00:00Z'), booted],
    ['with every check that is required', { require: ['lab'] }, row(undefined, [result('lab', true)]), booted],
    ['without a boot test if that is waived', { waived: 'urgent' }, undefined, { ...booted, gate: 'waived' }],
  ])('%s', (_, more, remembered, version) => {
    expect(ineligible(image, '1', version, remembered, none, { ...wanted, ...more })).toBeUndefined();
  });

  it('if it is a bootloader, which has no boot test', () => {
    expect(ineligible(loader, '1', bootloaderVersion('1'), undefined, none, wanted)).toBeUndefined();
  });
});

describe('refuses a version', () => {
  it.each<[string, Partial<Wanted>, LedgerRow | undefined, Version, Ineligible]>([
    [
      'that is younger than wanted',
      { after: 3 * day },
      row('2026-11-27T08:00:01Z'),
      booted,
      { why: 'young', since: '2026-11-27T08:00:01Z' },
    ],
    [
      'of which it is not known when it was published',
      { after: 1 },
      row(undefined),
      booted,
      { why: 'young', since: '2026-11-30T08:00:00Z' },
    ],
    [
      'whose other content is old enough',
      { after: day },
      row('2026-01-01T00:00:00Z', [], imageVersion('2')),
      booted,
      { why: 'young', since: '2026-11-30T08:00:00Z' },
    ],
    [
      'with a failed check, though nobody requires it',
      {},
      row(undefined, [result('a', true), result('lab', false)]),
      booted,
      { why: 'failed', check: 'lab' },
    ],
    [
      'without a check that is required',
      { require: ['a', 'lab'] },
      row(undefined, [result('a', true)]),
      booted,
      { why: 'not attested', check: 'lab' },
    ],
    [
      'of which nothing is remembered, where a check is required',
      { require: ['lab'] },
      undefined,
      booted,
      { why: 'not attested', check: 'lab' },
    ],
    ['whose boot test was waived', {}, undefined, { ...booted, gate: 'waived' }, { why: 'not booted', gate: 'waived' }],
    ['that nobody has booted', {}, undefined, imageVersion('1'), { why: 'not booted', gate: 'unknown' }],
  ])('%s', (_, more, remembered, version, why) => {
    expect(ineligible(image, '1', version, remembered, none, { ...wanted, ...more })).toEqual(why);
  });

  it('that is withdrawn, also if it is young and has failed, and whatever is waived', () => {
    const remembered = row('2026-11-30T07:59:00Z', [result('lab', false)]);
    const asked = { ...wanted, after: day, waived: 'urgent' };
    expect(ineligible(image, '2', booted, remembered, new WithdrawnIndex('stable', [mark]), asked)).toEqual({
      why: 'withdrawn',
      match: { withdrawal: mark, by: 'version' },
    });
  });

  it('for what waiting does not change, before it says that it is young', () => {
    const remembered = row('2026-11-30T07:59:00Z', [result('lab', false)]);
    expect(ineligible(image, '1', booted, remembered, none, { ...wanted, after: day })?.why).toBe('failed');
    expect(ineligible(image, '1', booted, undefined, none, { ...wanted, after: day, require: ['lab'] })?.why).toBe(
      'not attested',
    );
  });
});
