import { expect, it } from 'vitest';
import { measurements } from '../../../lib/job/aws/metrics';

const checkForUpdates = { stateMachineArn: 'arn', view: 'candidate', release: 'noble', behind: 0 } as const;
const at = new Date('2026-11-25T12:00:00Z');

it.each([
  ['2026-11-23T00:00:00Z', 2.5],
  ['2026-11-25T12:00:00Z', 0],
  ['2026-11-26T00:00:00Z', 0], // the clock of who published went ahead
])('a version of %s is %d days old, never less than none', (published, days) => {
  expect(measurements({ ...checkForUpdates, at, published: new Date(published) })).toMatchObject({ AgeDays: days });
});

it('nothing is said of an age where nothing was published', () => {
  expect(Object.keys(measurements({ ...checkForUpdates, at, published: undefined }))).not.toContain('AgeDays');
});
