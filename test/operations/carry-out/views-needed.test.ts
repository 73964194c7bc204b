import { expect, it } from 'vitest';
import { OperationRequest } from '../../../lib/job/operations/operation';
import { viewNamed, viewsNeeded } from '../../../lib/operations/carry-out/views-needed';

const all = ['candidate', 'lab', 'snapshots/may', 'stable'];
const noble = { view: 'stable', release: 'noble' };
const one = { ...noble, version: '20261120.083000' };

const none: readonly string[] = [];
const others = ['candidate', 'lab', 'snapshots/may'];

it.each<[object, string | undefined, readonly string[], readonly string[], readonly string[]]>([
  [{ does: 'promote', from: 'candidate', to: 'new' }, 'candidate', ['candidate', 'new'], ['new'], none],
  [{ does: 'withdraw', ...one }, 'stable', ['stable'], ['stable'], others],
  [{ does: 'withdraw', ...one, allViews: true }, 'stable', ['stable'], ['stable', ...others], others],
  [{ does: 'rollback', ...noble }, 'stable', ['stable'], ['stable'], others],
  [{ does: 'rollback', ...noble, allViews: true }, 'stable', ['stable'], ['stable', ...others], others],
  [{ does: 'restore', ...one }, 'stable', ['stable'], ['stable'], none],
  [{ does: 'restore', ...one, allViews: true }, 'stable', ['stable'], ['stable', ...others], others],
  [{ does: 'hold', ...noble }, 'stable', ['stable'], ['stable'], none],
  [{ does: 'unhold', ...noble }, 'stable', ['stable'], ['stable'], none],
  [{ does: 'attest', ...one, check: 'hw-lab', passed: true }, 'stable', ['stable'], ['stable'], none],
  [{ does: 'remove', ...one }, 'stable', ['stable'], ['stable'], none],
  [
    { does: 'snapshot', view: 'stable', name: 'june' },
    'stable',
    ['stable', 'snapshots/june'],
    ['snapshots/june'],
    none,
  ],
  [{ does: 'view-create', name: 'new' }, undefined, ['new'], ['new'], none],
  [{ does: 'view-create', name: 'new', promote: { from: 'lab' } }, undefined, ['new', 'lab'], ['new'], none],
  [
    { does: 'view-set', name: 'lab', select: [{ from: 'stable' }, { from: 'x' }] },
    'lab',
    ['lab', 'stable', 'x'],
    ['lab'],
    none,
  ],
  [{ does: 'view-delete', name: 'lab' }, 'lab', ['lab'], ['lab'], none],
  [{ does: 'repair' }, undefined, all, all, none],
  [{ does: 'repair', view: 'lab' }, 'lab', ['lab'], ['lab'], none],
])('%j needs %s, reads and changes what it must', (asked, named, reads, changes, passes) => {
  const request = OperationRequest.parse(asked);
  expect(viewNamed(request)).toBe(named);
  expect(viewsNeeded(request, all)).toEqual({ reads, passes, changes });
});
