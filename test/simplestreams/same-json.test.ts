import fc from 'fast-check';
import { expect, it } from 'vitest';
import { writeJson } from '../../lib/simplestreams/json';
import { sameJson } from '../../lib/simplestreams/same-json';

it.each<[unknown, unknown, boolean]>([
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
  [{ a: 1, b: undefined }, { a: 1 }, true],
  [{ a: undefined }, { b: undefined }, true],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: null }, { a: {} }, false],
  [{ a: '1' }, { a: 1 }, false],
  [[1, 2], [2, 1], false],
  [[], {}, false],
  [{ toString: 1 }, {}, false],
])('%j and %j are the same: %j', (one, other, isSame) => {
  expect(sameJson(one, other)).toBe(isSame);
});

it('values are the same if they are written alike', () => {
  const value = fc.jsonValue({ maxDepth: 2, depthSize: 'small' });
  const written = (one: unknown) => writeJson({ one });
  fc.assert(
    fc.property(value, value, (one, other) => {
      expect(sameJson(one, other)).toBe(written(one) === written(other));
      expect(sameJson({ one }, JSON.parse(written(one)))).toBe(true);
    }),
  );
});
