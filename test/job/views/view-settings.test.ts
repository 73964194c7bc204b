import { expect, it } from 'vitest';
import { parseConfig } from '../../../lib/job/config';
import { viewSettings } from '../../../lib/job/views/view-settings';

const settings = (yaml: string) =>
  viewSettings(parseConfig(`views: { candidate: { releases: [noble] }, ${yaml} }`, 'f'));
const configured = (yaml: string) => settings(yaml)[0]?.configured;

it('the settings of views are those that are not built, in the words of operations', () => {
  const found = settings(`
    stable: { promote: { from: candidate, after: 3d } }, lab: { from: stable },
    mixed: { select: [ { from: stable, releases: [noble] } ] }, manual: `);

  expect(found.map(({ configured: _, ...source }) => source)).toEqual([
    { name: 'stable', promote: { from: 'candidate', after: '3d', require: [] } },
    { name: 'lab', select: [{ from: 'stable' }] },
    { name: 'mixed', select: [{ from: 'stable', releases: ['noble'] }] },
    { name: 'manual' },
  ]);
});

it('their digest depends on what they say, not on how it is written', () => {
  const digest = configured('a: { promote: { from: candidate, after: 3d } }');

  expect(digest).toMatch(/^[0-9a-f]{64}$/);
  expect(configured('a: { promote: { require: [], after: 3d, from: candidate } }')).toBe(digest);
  expect(configured('a: { promote: { from: candidate, after: 2d } }')).not.toBe(digest);
  expect(configured('a: {}')).not.toBe(digest);
  expect(configured('a: { from: candidate }')).toBe(configured('a: { select: [ { from: candidate } ] }'));
});
