import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byBytes, sortsAbove } from '../../lib/simplestreams/version-order';

describe('names of versions', () => {
  it.each([
    ['20260101.2', '20260101.10'],
    ['20260102', '20260101.9'],
    ['20260101.1', '20260101'],
    ['a', 'B'], // a dictionary has them the other way round, as the next ones
    ['a.b', 'a-b'],
    ['ab', 'a-c'],
    ['\u{1f600}', '\uffee'], // JavaScript has these the other way round
  ])('sort by bytes: %j above %j', (above, below) => {
    expect([sortsAbove(above, below), sortsAbove(below, above), sortsAbove(above, above)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([below, above].sort(byBytes)).toEqual([below, above]);
  });

  it('sort by code points, as Python does', () => {
    const points = (text: string) => [...text].map((letter) => letter.codePointAt(0) ?? 0);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        const [one, other] = [points(a), points(b)];
        const at = one.findIndex((point, index) => point !== other[index]);
        const expected = at < 0 ? one.length - other.length : (one[at] ?? 0) - (other[at] ?? -1);
        expect(Math.sign(byBytes(a, b))).toBe(Math.sign(expected));
      }),
    );
  });
});
