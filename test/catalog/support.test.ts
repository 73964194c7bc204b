import { expect, it } from 'vitest';
import { releaseOf } from '../../lib/catalog/releases';
import { supportAt, supportMark } from '../../lib/catalog/support';

it.each([
  ['noble', '2029-05-31T23:59:59Z', 'standard', undefined],
  ['noble', '2029-06-01T00:00:00Z', 'extended', 'ended on 2029-05-31, extended support ends on 2034-04-25'],
  ['noble', '2034-04-25T23:59:59Z', 'extended', 'ended on 2029-05-31, extended support ends on 2034-04-25'],
  ['noble', '2034-04-26T00:00:00Z', 'ended', 'ended on 2034-04-25'],
  ['questing', '2026-07-09T12:00:00Z', 'standard', undefined],
  ['questing', '2026-07-10T00:00:00Z', 'ended', 'ended on 2026-07-09'],
])('%s has on %s the support %j', (name, time, support, mark) => {
  expect(supportAt(releaseOf(name), new Date(time))).toBe(support);
  expect(supportMark(releaseOf(name), new Date(time))).toBe(mark);
});
