import { expect, test } from 'vitest';
import { countOf, listOf, scopeOf, untilOf } from '../../../bin/operation/typed-words';

const now = new Date('2026-11-27T16:00:42Z');

test.each([
  ['2026-11-30', '2026-11-30T00:00:00Z'],
  ['2026-11-30T08:00Z', '2026-11-30T08:00:00Z'],
  ['2026-11-30T08:00:30+02:00', '2026-11-30T06:00:30Z'],
  ['+3d', '2026-11-30T16:00:00Z'],
  ['+1d12h', '2026-11-29T04:00:00Z'],
])('reads --until %s as %s', (text, time) => {
  expect(untilOf(text, now)).toBe(time);
});

test('counts a duration from the time of the plan that is carried out', () => {
  expect(untilOf('+3d', now, '20261127T155912Z-1f2e3d4c5b6a7988')).toBe('2026-11-30T15:59:00Z');
});

test.each(['tomorrow', '2026-11-31', '30.11.2026', '2026-11-30T08:00', '+3', '+', ''])('refuses --until %j', (text) => {
  expect(() => untilOf(text, now)).toThrow(expect.objectContaining({ name: 'BadInput', misuse: true }));
});

test('says what --until may be', () => {
  expect(() => untilOf('tomorrow', now)).toThrow(
    expect.objectContaining({
      message: '--until "tomorrow": not a day, a time or a duration',
      hint: 'give a day such as 2026-11-30, a time such as 2026-11-30T08:00Z, or a duration such as +3d',
    }),
  );
});

test('reads lists with commas', () => {
  expect(listOf('ga, hwe')).toEqual(['ga', 'hwe']);
  expect(scopeOf({ arch: 'amd64,arm64', kernel: 'hwe-24.04' })).toEqual({
    architectures: ['amd64', 'arm64'],
    flavours: ['hwe-24.04'],
  });
  expect(scopeOf({})).toEqual({});
});

test.each(['0', '101', '1.5', 'all'])('refuses --last %s', (text) => {
  expect(() => countOf(text, { most: 100, what: 'executions' })).toThrow(
    `--last "${text}": not a number from 1 to 100`,
  );
});
