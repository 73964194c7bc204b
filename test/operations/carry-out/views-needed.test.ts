import { expect, it } from 'vitest';
import { OperationRequest } from '../../../lib/job/operations/operation';
import { viewNamed, viewsNeeded } from '../../../lib/operations/carry-out/views-needed';

const all = ['candidate', 'lab', 'snapshots/may', 'stable'];
const noble = { view: 'stable', release: 'noble' };
const one = { ...noble, version: '20261120.083000' };

it.each<[object, string | undefined, readonly string[], readonly string[]]>([
  [{ does: 'promote', from: 'candidate', to: 'new' }, 'candidate', ['candidate', 'new'], ['new']],
  [{ does: 'withdraw', ...one }, 'stable', ['stable', 'candidate', 'lab', 'snapshots/may'], ['stable']],
  [{ does: 'rollback', ...noble }, 'stable', ['stable', 'candidate', 'lab', 'snapshots/may'], ['stable']],
  [
    { does: 'rollback', ...noble, allViews: true },
    ...(['stable', ['stable', 'candidate', 'lab', 'snapshots/may']] as const),
    ['stable', 'candidate', 'lab', 'snapshots/may'],
  ],
  [{ does: 'restore', ...one }, 'stable', ['stable'], ['stable']],
  [{ does: 'hold', ...noble }, 'stable', ['stable'], ['stable']],
  [{ does: 'unhold', ...noble }, 'stable', ['stable'], ['stable']],
  [{ does: 'attest', ...one, check: 'hw-lab', passed: true }, 'stable', ['stable'], ['stable']],
  [{ does: 'remove', ...one }, 'stable', ['stable'], ['stable']],
  [{ does: 'snapshot', view: 'stable', name: 'june' }, 'stable', ['stable', 'snapshots/june'], ['snapshots/june']],
  [{ does: 'view-create', name: 'new' }, undefined, ['new', ...all], ['new']],
  [{ does: 'view-set', name: 'lab' }, 'lab', ['lab', 'candidate', 'snapshots/may', 'stable'], ['lab']],
  [{ does: 'view-delete', name: 'lab' }, 'lab', ['lab', 'candidate', 'snapshots/may', 'stable'], ['lab']],
  [{ does: 'repair' }, undefined, all, all],
  [{ does: 'repair', view: 'lab' }, 'lab', ['lab'], ['lab']],
])('%j needs %s, reads and changes what it must', (asked, named, reads, changes) => {
  const request = OperationRequest.parse(asked);
  expect(viewNamed(request)).toBe(named);
  expect(viewsNeeded(request, all)).toEqual({ reads, changes });
});
