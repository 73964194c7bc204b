import { expect, it } from 'vitest';
import { withdrawnError } from '../../../lib/publication/gate/withdrawn-error';
import type { Withdrawal } from '../../../lib/publication/state/withdrawal';
import type { Match } from '../../../lib/publication/state/withdrawals';

const withdrawal: Withdrawal = {
  id: 'w1',
  at: '2026-11-25T09:12:00Z',
  view: 'candidate',
  release: 'noble',
  version: '20261125.083000',
  architectures: [],
  flavours: [],
  parts: [],
};

it.each<[Match['by'], string]>([
  ['version', 'has the files of'],
  ['flavour', 'has the kernel of'],
  ['base', 'was made of'],
  ['inputs', 'was made from the same inputs as'],
  ['sources', 'was made from the same packages as'],
  ['name', 'has the name of'],
])('refuses what matches by %s: it %s the withdrawn one', (by, said) => {
  expect(withdrawnError('noble', '20261128.083000', { withdrawal, by })).toMatchObject({
    name: 'Withdrawn',
    message: `noble 20261128.083000 ${said} noble 20261125.083000, which is withdrawn since 2026-11-25`,
    hint: 'restore it first: maas-mirror restore candidate noble 20261125.083000',
  });
});

it('refuses the withdrawn version itself with the reason', () => {
  const match: Match = { withdrawal: { ...withdrawal, reason: 'NIC driver lost' }, by: 'version' };
  expect(withdrawnError('noble', '20261125.083000', match).message).toBe(
    'noble 20261125.083000 is withdrawn since 2026-11-25 (NIC driver lost)',
  );
});

it('names the command that lifts it: with its architectures and flavours, and in all views if it is in all', () => {
  const scoped = { ...withdrawal, architectures: ['amd64', 'arm64'], flavours: ['hwe'], everywhere: true };
  expect(withdrawnError('noble', '20261125.083000', { withdrawal: scoped, by: 'version' }).hint).toBe(
    'restore it first: maas-mirror restore candidate noble 20261125.083000 --arch amd64,arm64 --flavour hwe --all-views',
  );
});
