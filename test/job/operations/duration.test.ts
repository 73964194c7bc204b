import fc from 'fast-check';
import { expect, it } from 'vitest';
import { durationFault, durationText, parseDuration } from '../../../lib/job/operations/duration';

const hour = 3_600_000;

it.each([
  ['3d', 72 * hour],
  ['12h', 12 * hour],
  ['1d12h', 36 * hour],
  ['90m', 1.5 * hour],
  ['1d1h1m', 25 * hour + 60_000],
  ['0d', 0],
  ['0', 0],
])('%s is a duration', (text, milliseconds) => {
  expect(durationFault(text)).toBeUndefined();
  expect(parseDuration(text)).toBe(milliseconds);
});

it.each(['', '3', 'd', '3D', '1h1d', '1d1d', '-1d', '1.5d', ' 3d', '3 d', '3w', '99999d'])('refuses %j', (text) => {
  expect(() => parseDuration(text)).toThrow(
    expect.objectContaining({
      name: 'BadInput',
      message: `${JSON.stringify(text)} is not a duration: ${durationFault(text)}`,
      hint: 'give days, hours and minutes, such as 3d, 12h, 1d12h or 90m',
      misuse: true,
    }),
  );
});

it.each([
  [72 * hour, '3d'],
  [36 * hour, '1d12h'],
  [1.5 * hour, '1h30m'],
  [0, '0m'],
])('%d milliseconds are written %s', (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});

it('is read as it was written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9999 * 24 * 60 }), (minutes) => {
      expect(parseDuration(durationText(minutes * 60_000))).toBe(minutes * 60_000);
    }),
  );
});
