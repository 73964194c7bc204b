import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortsAbove } from '../../../lib/simplestreams/version-order';
import { loaderVersionNames } from '../../../lib/stages/publish-bootloaders';

describe('loaderVersionNames', () => {
  const at = new Date('2026-11-20T08:30:00Z');

  it.each([
    ['the day’s first, where nothing is published', undefined, '20261120.0'],
    ['the day’s first above an older day', '20261119.9', '20261120.0'],
    ['the next of the day', '20261120.0', '20261120.1'],
    ['the time behind the ninth', '20261120.9', '20261120.9.083000'],
    ['the time again, where that is taken', '20261120.9.083000', '20261120.9.083001'],
    ['the time behind a version of the future', '20270101.3', '20270101.3.083000'],
  ])('begins with %s', (_, newest, expected) => {
    const [first] = loaderVersionNames(newest, at);
    expect(first).toBe(expected);
  });

  it('gives names that all sort above the newest, and each once', () => {
    const newest = fc.constantFrom(
      undefined,
      '20261120.0',
      '20261120.7',
      '20261120.9',
      '20261120.9.083010',
      '20261231.1',
    );
    fc.assert(
      fc.property(newest, (name) => {
        const names = [...loaderVersionNames(name, at)];
        expect(new Set(names).size).toBe(names.length);
        expect(names.length).toBeGreaterThanOrEqual(49);
        if (name !== undefined) expect(names.filter((one) => !sortsAbove(one, name))).toEqual([]);
      }),
    );
  });
});
