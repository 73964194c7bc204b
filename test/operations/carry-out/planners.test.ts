import { expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { planOf } from '../../../lib/operations/carry-out/planners';
import { mirrorOf } from '../plans/made';

it('refuses to plan an operation that has no plan', () => {
  const plan = () => planOf({ does: 'repair', upgrade: false }, mirrorOf(), new Date('2026-11-30T10:15:00Z'));
  expect(plan).toThrow(MirrorError);
  expect(plan).toThrow(expect.objectContaining({ name: 'NotSupported' }));
});
