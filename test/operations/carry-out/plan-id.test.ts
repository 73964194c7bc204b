import { describe, expect, it } from 'vitest';
import { Operation, OperationRequest } from '../../../lib/job/operations/operation';
import type { PlanLine } from '../../../lib/job/operations/outcome';
import { planIdOf, planTime, timeOfPlan } from '../../../lib/operations/carry-out/plan-id';
import { sitesFollow } from '../../../lib/operations/carry-out/sites-follow';

const at = new Date('2026-11-30T10:15:00Z');
const asked = OperationRequest.parse({ does: 'rollback', view: 'candidate', release: 'noble' });
const product = 'ubuntu/noble/amd64/ga-24.04/generic';
const line: PlanLine = { does: 'take back', product, version: '2', before: '2', newest: '1' };
const views = [{ view: 'candidate', lines: [line] }];

describe('the id of a plan', () => {
  it('is its time and a digest, as requests have it', () => {
    const plan = planIdOf(at, asked, views);
    expect(plan).toMatch(/^20261130T101500Z-[0-9a-f]{16}$/);
    const request = { operation: asked, by: 'anna@ops1', plan, tool: '0', needs: [] };
    expect(Operation.parse(request).plan).toBe(plan);
    expect(timeOfPlan(plan)).toEqual(at);
    expect(planTime(new Date('2026-11-30T10:15:00.999Z'))).toEqual(at);
  });

  it('is another one for another request, view or line', () => {
    const other = OperationRequest.parse({ does: 'rollback', view: 'candidate', release: 'noble', republish: true });
    const ids = [
      planIdOf(at, asked, views),
      planIdOf(at, other, views),
      planIdOf(at, asked, []),
      planIdOf(at, asked, [{ view: 'stable', lines: [line] }]),
      planIdOf(at, asked, [{ view: 'candidate', lines: [{ ...line, newest: '0' }] }]),
      planIdOf(at, asked, [{ view: 'candidate', lines: [line, line] }]),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});

it('sites follow what moves, and what is only marked needs no download', () => {
  const commands = ['maas admin boot-resources is-importing', 'maas admin boot-resources import'];
  expect(sitesFollow([...views, ...views])).toEqual([{ about: 'sites follow', commands }]);
  expect(sitesFollow([{ view: 'candidate', lines: [{ does: 'mark', version: '2' }] }])).toEqual([]);
  // No reader sees what leaves the shelf.
  expect(sitesFollow([{ view: 'candidate', lines: [{ does: 'take back', product, version: '2' }] }])).toEqual([]);
});
