import { expect, it } from 'vitest';
import { elsewhere, endingView } from '../../../lib/publication/gate/refusal';
import { emptyState } from '../../../lib/publication/state/state-document';

const selected = (...select: readonly { from: string; releases?: string[]; flavours?: string[] }[]) => ({
  ...emptyState('lab'),
  ...{ kind: 'selected' as const, source: { select } },
});

it('points a view elsewhere with what it has from some of its sources; the rest of its selection stays', () => {
  const mixed = selected({ from: 'stable', releases: ['jammy', 'focal'] }, { from: 'candidate' });
  expect(elsewhere('lab', selected({ from: 'stable' }), ['stable'])).toBe('maas-mirror view set lab --from VIEW');
  expect(elsewhere('lab', mixed, ['candidate'], 'beta')).toBe(
    'maas-mirror view set lab --select jammy,focal=stable --from beta',
  );
  expect(elsewhere('lab', mixed, ['stable'])).toBe(
    'maas-mirror view set lab --select jammy,focal=VIEW --from candidate',
  );
  expect(elsewhere('lab', selected({ from: 'stable', flavours: ['ga-24.04'] }), ['stable'])).toBe(
    'maas-mirror view set lab --from VIEW',
  );
  expect(elsewhere('lab', { kind: 'promoted', source: { promote: { from: 'stable' } } }, ['stable'])).toBe(
    'maas-mirror view set lab --by-hand',
  );
});

it('ends a view after what is made from it was pointed elsewhere, each with the rest of its selection', () => {
  const states = new Map([['lab', selected({ from: 'stable', releases: ['jammy'] }, { from: 'candidate' })]]);
  expect(endingView('stable', states)).toBe(
    'maas-mirror view set lab --select jammy=VIEW --from candidate, then maas-mirror view delete stable',
  );
});
