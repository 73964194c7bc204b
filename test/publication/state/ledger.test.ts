import { expect, it } from 'vitest';
import type { Attestation } from '../../../lib/publication/state/ledger';
import { newRow, withResults } from '../../../lib/publication/state/ledger';

const content = '0'.repeat(32);
const result = (check: string, at: string, passed = true): Attestation => {
  return { check, passed, at, view: 'candidate', version: '1' };
};

it('of each check, the latest result of a content counts, in whatever order they come', () => {
  const [early, late] = [result('lab', '2026-11-20T08:00:00Z'), result('lab', '2026-11-21T08:00:00Z', false)];
  const boot = result('boot', '2026-11-20T08:00:00Z');
  for (const some of [
    [early, late, boot],
    [late, boot, early],
  ]) {
    expect(withResults(newRow('1'), content, some).attested).toEqual({ [content]: [boot, late] });
  }
  const one = withResults(newRow('1'), content, [early]);
  expect(withResults(one, content, [late]).attested[content]).toEqual([late]);
});

it('of two results at one time, the later one that was given counts', () => {
  const [passed, failed] = [result('lab', '2026-11-20T08:00:00Z'), result('lab', '2026-11-20T08:00:00Z', false)];
  const row = withResults(newRow('1'), content, [passed]);
  expect(withResults(row, content, [failed]).attested[content]).toEqual([failed]);
});

it('a row without new results is the same', () => {
  const row = newRow('1');
  expect(withResults(row, content, [])).toBe(row);
});
