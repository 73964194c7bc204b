import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equivalents, isListed, outdatedIn } from './equivalent';
import { type Change, changesIn, madeIn } from './made/changes';
import { drawn, namesOf, roomOf } from './made/draw';
import { filesOf, programsOf } from './made/sources';
import { attemptsFor, type Measured } from './reach';
import { differenceOf, lineOf, tallyOf } from './report';

const adder = `export function add(a: number, b: number): number {
  return a + b;
}
`;

function change(given: Partial<Change> = {}): Change {
  return {
    ...{ id: '1', file: 'lib/room/a.ts', kind: 'BooleanLiteral', line: 'return true;', lineNumber: 2 },
    ...{ from: 0, to: 4, original: 'true', replacement: 'false' },
    ...given,
  };
}

describe('changes', () => {
  it('are found with what stands there and what would stand there', async () => {
    const { changes } = await changesIn(new Map([['lib/room/adder.ts', adder]]));

    expect(changes.map(({ original, replacement, line }) => [original, replacement, line])).toContainEqual([
      ...['a + b', 'a - b', 'return a + b;'],
    ]);
    const sum = changes.find(({ original }) => original === 'a + b') as Change;
    expect(madeIn(adder, sum)).toBe(adder.replace('a + b', 'a - b'));
  });

  it('leave a first line that names an interpreter where it is', async () => {
    const { switched } = await changesIn(new Map([['bin/a.ts', '#!/usr/bin/env node\nconsole.log(1 + 1);\n']]));

    expect(switched.get('bin/a.ts')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('have names of their own, which moves of lines do not change', async () => {
    const twice = 'export const flags = [true, true];\n';
    const names = async (text: string) => {
      const { changes } = await changesIn(new Map([['lib/room/flags.ts', text]]));
      return [...namesOf(changes).values()];
    };

    const before = await names(twice);

    expect(new Set(before).size).toBe(before.length);
    expect(await names(`// more\n\n${twice}`)).toEqual(before);
  });
});

describe('a draw', () => {
  const name = (one: string) => one;

  it('is the same for the same seed, another for another', () => {
    const all = Array.from({ length: 50 }, (_, index) => `change ${index}`);

    expect(drawn(all, name, 'a', 10)).toEqual(drawn(all.toReversed(), name, 'a', 10));
    expect(drawn(all, name, 'b', 10)).not.toEqual(drawn(all, name, 'a', 10));
  });

  it('of fewer is the beginning of a draw of more, and code that comes later keeps the order of what was there', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 1 }), fc.string(), fc.nat(20), (all, seed, count) => {
        const whole = drawn(all, name, seed, all.length);

        expect(drawn(all, name, seed, count)).toEqual(whole.slice(0, count));
        const kept = all.slice(1);
        expect(drawn(kept, name, seed, all.length)).toEqual(whole.filter((one) => one !== all[0]));
      }),
    );
  });

  it.each([
    ['lib/catalog/names.ts', 'catalog'],
    ['lib/machine/tree/inside.ts', 'machine'],
    ['bin/commands/reading/list.ts', 'bin'],
    ['lib/errors.ts', undefined],
  ])('takes %s for a file of the room %s', (file, room) => {
    expect(roomOf(file)).toBe(room);
  });
});

describe('the tests that a change is tried with', () => {
  const seen = (entries: Record<string, readonly [cost: number, hits?: number]>) =>
    new Map(
      Object.entries(entries).map(([test, [cost, hits]]): [string, Measured] => [
        test,
        { cost, wall: 2 * cost, hits: hits === undefined ? {} : { '1': hits } },
      ]),
    );

  it('are those that reach it, its own and its room’s before cheaper ones of other rooms', () => {
    const measured = seen({
      'test/job/cheap.test.ts': [300, 1],
      'test/room/other.test.ts': [600, 7],
      'test/room/a.test.ts': [900, 2],
      'test/room/elsewhere.test.ts': [100],
    });

    expect(attemptsFor(change(), measured, 10_000)).toEqual({
      attempts: [
        { test: 'test/room/a.test.ts', cost: 900, wall: 1800, hits: 2 },
        { test: 'test/room/other.test.ts', cost: 600, wall: 1200, hits: 7 },
        { test: 'test/job/cheap.test.ts', cost: 300, wall: 600, hits: 1 },
      ],
      leftOut: 0,
    });
  });

  it('end where the cost is used up, and it is said how many are left out; one is tried in any case', () => {
    const measured = seen({
      'test/x/a.test.ts': [4_000, 1],
      'test/x/b.test.ts': [5_000, 1],
      'test/x/c.test.ts': [6_000, 1],
    });

    expect(attemptsFor(change(), measured, 9_500)).toMatchObject({ attempts: { length: 2 }, leftOut: 1 });
    expect(attemptsFor(change(), measured, 1)).toMatchObject({ attempts: { length: 1 }, leftOut: 2 });
  });
});

describe('the report', () => {
  const verdict = { noticed: true, by: 'test/room/a.test.ts', reached: 2, leftOut: 0, restsOn: '' };

  it('counts what is listed as equivalent neither as noticed nor as unnoticed', () => {
    const tried = [
      { change: change(), name: 'a', verdict },
      { change: change(), name: 'b', verdict: { ...verdict, by: 'types' } },
      { change: change(), name: 'c', verdict: { ...verdict, noticed: false } },
      { change: change(), name: 'd' },
    ];

    expect(tallyOf(tried)).toEqual({ noticed: 2, byTypes: 1, late: 0, unnoticed: 1, equivalent: 1, rate: 200 / 3 });
    expect(lineOf('room', tried)).toMatch(
      /^room +66\.7 % +2 noticed \(1 by the compiler, 0 by a test that did not end\), 1 unnoticed, 1 equivalent$/,
    );
  });

  it('shows an unnoticed change as a difference of its line', () => {
    const text = 'first();\nreturn true;\n';
    const one = change({ from: 16, to: 20 });

    const shown = differenceOf(text, { change: one, name: 'abc', verdict: { ...verdict, noticed: false, leftOut: 1 } });

    expect(shown.split('\n')).toEqual([
      'lib/room/a.ts:2  BooleanLiteral  --only abc, 2 test files reach it, for 1 of them there was no time',
      ...['  - return true;', '  + return false;'],
    ]);
  });
});

describe('the list of equivalent changes', () => {
  it('goes by file, line, original and replacement', () => {
    const { file, line, original, replacement } = change();
    const entry = { file, line, original, replacement, reason: 'made up' };

    expect(isListed(change({ lineNumber: 99 }), [entry])).toBe(true);
    expect(isListed(change({ line: 'return true; // always' }), [entry])).toBe(false);
    expect(outdatedIn([entry], [change({ original: '1' })])).toEqual([entry]);
  });

  it('names only changes that can be made', async () => {
    const root = process.cwd();
    const named = new Set(equivalents.map(({ file }) => file));
    const programs = [...programsOf(root, filesOf(root))].filter(([file]) => named.has(file));

    const { changes } = await changesIn(new Map(programs));

    expect(outdatedIn(equivalents, changes)).toEqual([]);
  });
});
