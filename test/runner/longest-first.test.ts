import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byLength, type Waiting } from './longest-first';

const waiting = (path: string, more: Partial<Waiting> = {}): Waiting => ({
  ...{ path, group: 1, lasted: undefined, bytes: 1000, shared: false },
  ...more,
});
const order = (...files: Waiting[]) => files.sort(byLength).map(({ path }) => path);

describe('the order of test files', () => {
  it('is by how long each lasted last time, the longest first', () => {
    const files = [waiting('a', { lasted: 10 }), waiting('b', { lasted: 400_000 }), waiting('c', { lasted: 9000 })];

    expect(order(...files)).toEqual(['b', 'c', 'a']);
  });

  it('is by room and size in a fresh clone: whole builds first', () => {
    const files = [
      waiting('test/job/long.test.ts', { bytes: 50_000 }),
      waiting('test/build/short.test.ts', { bytes: 3000 }),
      waiting('test/build/long.test.ts', { bytes: 8000 }),
      waiting('test/job/short.test.ts', { bytes: 800 }),
    ];

    expect(order(...files)).toEqual([
      'test/build/long.test.ts',
      'test/build/short.test.ts',
      'test/job/long.test.ts',
      'test/job/short.test.ts',
    ]);
  });

  it('keeps groups apart, however long their files are', () => {
    expect(order(waiting('long', { group: 2, lasted: 1000 }), waiting('short', { lasted: 1 }))).toEqual([
      'short',
      'long',
    ]);
  });

  it('keeps those together that share a process, behind the others', () => {
    const files = [
      waiting('test/job/a', { shared: true, lasted: 90 }),
      waiting('test/stages/a', { lasted: 50 }),
      waiting('test/job/b', { shared: true, lasted: 10 }),
      waiting('test/stages/b', { lasted: 5 }),
    ];

    expect(order(...files)).toEqual(['test/stages/a', 'test/stages/b', 'test/job/a', 'test/job/b']);
  });

  it('is the same whatever order the disk gives', () => {
    const file = fc.record({
      path: fc.constantFrom('test/build/a', 'test/build/b', 'test/job/a', 'test/job/b', 'test/job/c'),
      group: fc.constantFrom(1, 2),
      lasted: fc.option(fc.nat(20_000), { nil: undefined }),
      bytes: fc.nat(20_000),
      shared: fc.boolean(),
    });
    const files = fc.uniqueArray(file, { selector: ({ path }) => path });
    const shuffled = files.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );

    fc.assert(
      fc.property(shuffled, ([all, again]) => {
        expect(order(...all)).toEqual(order(...again));
      }),
    );
  });
});
