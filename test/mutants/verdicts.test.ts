import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { treeWith } from '../fixtures/trees/tree-with';
import { takeReached } from './lane';
import type { Change } from './made/changes';
import { digestOf } from './made/sources';
import { reachFolder } from './made/switch-text';
import { openRecord, type Verdict } from './record';
import type { Outcome, Suite } from './suite';
import { stands, tryAll } from './trial';
import { openTypes } from './types';

const change: Change = {
  ...{ id: '1', file: 'lib/room/a.ts', kind: 'BooleanLiteral', line: 'true;', lineNumber: 1 },
  ...{ from: 0, to: 4, original: 'true', replacement: 'false' },
};
const test = 'test/room/a.test.ts';

describe('what was found out about a change', () => {
  it('stands for a noticed one while its file and the test that noticed it stay as they are', () => {
    const root = treeWith({ [change.file]: 'true;', [test]: 'a test' });
    const reached = { reached: 1, leftOut: 0 };
    const noticed = { noticed: true, by: test, ...reached, restsOn: digestOf(root, [change.file, test]) };

    expect(stands(noticed, change, root, 'another tree')).toBe(true);
    writeFileSync(join(root, test), 'a weaker test');
    expect(stands(noticed, change, root, 'another tree')).toBe(false);
    expect(stands({ ...noticed, by: 'test/room/gone.test.ts' }, change, root, 'another tree')).toBe(false);
  });

  it('stands for an unnoticed one until anything changes', () => {
    const unnoticed = { noticed: false, reached: 1, leftOut: 0, restsOn: 'a tree' };

    expect(stands(unnoticed, change, '/', 'a tree')).toBe(true);
    expect(stands(unnoticed, change, '/', 'another tree')).toBe(false);
  });

  it('is there again in the next run, unless it is to be forgotten', () => {
    const file = join(temporaryFolder(), 'kept/record.json');
    const first = openRecord(file, false);
    first.kept.tests[test] = { state: 'a state', leftOut: 'it is slow' };

    first.save(true);

    expect(openRecord(file, false).kept).toEqual(first.kept);
    expect(openRecord(file, true).kept).toEqual({ tests: {}, verdicts: {} });
  });
});

describe('a test that does not come to its end', () => {
  it('gets twice the time, and is told apart from one that fails', async () => {
    const measured = new Map([[test, { cost: 1, wall: 1_000, hits: { '1': 1 } }]]);
    const root = treeWith({ [change.file]: 'true;', [test]: 'a test' });
    const given = { slow: 60_000, budget: 60_000 };
    const verdictWith = async (...outcomes: Outcome[]) => {
      const limits: number[] = [];
      const verdicts: Verdict[] = [];
      const attempt: Suite['attempt'] = async (_test, _change, _hits, limit) => {
        limits.push(limit);
        return outcomes.shift() ?? 'passed';
      };
      const suite = { attempt } as Suite;
      await tryAll([suite], root, [change], measured, given, 'all', (_, verdict) => verdicts.push(verdict));
      return { limits, ...verdicts[0] };
    };

    expect(await verdictWith('late', 'passed')).toMatchObject({ limits: [20_000, 40_000], noticed: false });
    expect(await verdictWith('late', 'failed')).toMatchObject({ noticed: true, by: test });
    expect(await verdictWith('late', 'late')).toMatchObject({ noticed: true, late: true });
    expect(await verdictWith('failed')).not.toHaveProperty('late');
  });
});

describe('what the processes of a test reached', () => {
  it('is added up, without what one had only half written when it was killed', async () => {
    const folder = treeWith({
      [`${reachFolder}/1.json`]: '{"7":2,"8":1}',
      [`${reachFolder}/2.json`]: '{"7":1}',
      [`${reachFolder}/3.json.part`]: '{"7":',
    });
    const lane = { folder, temporary: folder };

    expect(await takeReached(lane)).toEqual({ '7': 3, '8': 1 });
    expect(await takeReached(lane)).toEqual({});
  });
});

describe('the compiler', () => {
  it('says which changes it notices itself', () => {
    const text = "export const one: 'a' | 'b' = 'a';\n";
    const settings = { compilerOptions: { strict: true, noEmit: true, types: [], lib: ['es2023'] } };
    const root = treeWith({ 'tsconfig.json': JSON.stringify(settings), 'lib/one.ts': text });
    const types = openTypes(root);

    expect(types.isRight('lib/one.ts', text)).toBe(true);
    expect(types.isRight('lib/one.ts', text.replace("'a';", "'b';"))).toBe(true);
    expect(types.isRight('lib/one.ts', text.replace("'a';", '"";'))).toBe(false);
  });
});
