import { describe, expect, it } from 'vitest';
import { Operation, OperationRequest } from '../../../lib/job/operations/operation';

const scope = { architectures: [], flavours: [] };
const version = { view: 'candidate', release: 'noble', version: '20261120.083000' };

describe('what an operator asks for', () => {
  it.each<[object, object]>([
    [
      { does: 'promote', from: 'candidate', to: 'stable' },
      { ...scope, require: [] },
    ],
    [
      {
        does: 'promote',
        from: 'snapshots/2026-11',
        to: 'stable',
        release: '24.04 LTS',
        after: '1d12h',
        waived: 'urgent',
      },
      {},
    ],
    [
      { does: 'withdraw', ...version },
      { ...scope, allViews: false },
    ],
    [{ does: 'restore', ...version, version: 'newest', allViews: true }, {}],
    [
      { does: 'rollback', view: 'stable', release: 'Noble Numbat', flavours: ['hwe-24.04'] },
      { republish: false, allViews: false },
    ],
    [{ does: 'hold', view: 'stable', release: 'bootloaders', until: '2026-11-30T08:00:00Z' }, scope],
    [{ does: 'unhold', view: 'stable', release: 'noble', architectures: ['amd64'] }, { flavours: [] }],
    [{ does: 'attest', ...version, check: 'hw-lab', passed: true, link: 'https://lab/412' }, scope],
    [{ does: 'snapshot', view: 'candidate', name: '2026-11' }, {}],
    [{ does: 'remove', ...version }, scope],
    [{ does: 'view-create', name: 'lab-2', select: [{ from: 'stable' }] }, {}],
    [{ does: 'view-set', name: 'stable', promote: { from: 'candidate', after: '3d' } }, {}],
    [{ does: 'view-delete', name: 'snapshots/2026-11' }, {}],
    [{ does: 'repair' }, { upgrade: false }],
  ])('is read, with what is left out: %j', (asked, more) => {
    expect(OperationRequest.parse(asked)).toMatchObject({ ...asked, ...more });
  });

  it.each<object>([
    { does: 'forget' },
    { does: 'promote', from: 'candidate', to: 'snapshots/a' },
    { does: 'promote', from: 'candidate', to: 'pool' },
    { does: 'promote', from: 'candidate', to: 'stable', after: 'soon' },
    { does: 'promote', from: 'candidate', to: 'stable', waived: '' },
    { does: 'withdraw', ...version, version: '../a' },
    { does: 'withdraw', ...version, release: 'a/b' },
    { does: 'withdraw', ...version, view: '../a' },
    { does: 'withdraw', ...version, view: 'snapshots/../a' },
    { does: 'withdraw', ...version, later: 1 },
    { does: 'hold', view: 'stable', release: 'noble', until: 'tomorrow' },
    { does: 'attest', ...version, check: 'hw lab', passed: true },
    { does: 'attest', ...version, check: 'hw-lab', passed: true, link: 'javascript:alert(1)' },
    { does: 'attest', ...version, check: 'hw-lab', passed: true, link: 'https://user:password@lab/412' },
    { does: 'attest', ...version, check: 'hw-lab', passed: true, link: 'https://lab/\u001b[31m' },
    { does: 'promote', from: 'candidate', to: 'stable', waived: 'urgent\n' },
    { does: 'promote', from: 'candidate', to: 'stable', waived: 'x'.repeat(1001) },
    { does: 'promote', from: 'candidate', to: 'stable', checksWaived: 'a\u2028b' },
    { does: 'snapshot', view: 'candidate', name: '..' },
    { does: 'view-create', name: 'snapshots/a' },
    { does: 'view-set', name: 'lab-2', select: [] },
  ])('refuses %j', (asked) => {
    expect(OperationRequest.safeParse(asked).success).toBe(false);
  });
});

describe('an operation', () => {
  const asked = { operation: { does: 'repair' }, by: 'anna@ops1', tool: '0.1.0', needs: [] };

  it('is carried out unless only the plan is asked for', () => {
    expect(Operation.parse(asked)).toEqual({ ...asked, operation: { does: 'repair', upgrade: false }, dryRun: false });
    const plan = '20261130T101500Z-1f2e3d4c5b6a7988';
    expect(Operation.parse({ ...asked, plan, reason: 'why' })).toMatchObject({ plan, reason: 'why' });
  });

  it.each([
    { plan: '1f2e3d4c5b6a7988' },
    { by: '' },
    { reason: '' },
    { by: 'anna\u001b[31m' },
    { reason: 'two\nlines' },
    { request: 'r-1' },
  ])('refuses %j', (wrong) => {
    expect(Operation.safeParse({ ...asked, ...wrong }).success).toBe(false);
  });
});
