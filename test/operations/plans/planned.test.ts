import { expect, it } from 'vitest';
import { planWithdrawal } from '../../../lib/operations/plans/back/withdraw-plan';
import { planHold } from '../../../lib/operations/plans/holds/hold-plan';
import { planUnhold } from '../../../lib/operations/plans/holds/unhold-plan';
import { mirrorOf, viewWith } from './made';

const at = new Date('2026-11-27T16:00:00Z');
const mirror = mirrorOf(viewWith('snapshots/may', { 'ga-24.04': { '1': 'r1 g1' } }));
const scope = { view: 'snapshots/may', release: 'noble', architectures: [], flavours: [] };

it.each([
  ['withdraw from', () => planWithdrawal({ does: 'withdraw', ...scope, version: '1', allViews: false }, mirror, at)],
  ['hold', () => planHold({ does: 'hold', ...scope }, mirror, at)],
  ['unhold', () => planUnhold({ does: 'unhold', ...scope }, mirror, at)],
])('refuses to %s a snapshot', (_, plan) => {
  const message = 'the view snapshots/may is a snapshot, which never changes';
  expect(plan).toThrow(expect.objectContaining({ name: 'BadInput', message, misuse: true }));
});
