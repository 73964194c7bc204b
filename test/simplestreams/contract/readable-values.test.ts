import { expect, it } from 'vitest';
import {
  isReadableDate,
  isReadableDay,
  isSafeSegment,
  pathFault,
} from '../../../lib/simplestreams/contract/readable-values';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

it.each([
  ...months.map((month) => `Mon, 1 ${month} 2026 00:00:00 +0000`),
  ...['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((day) => `${day}, 12 Oct 2026 04:11:09 -0730`),
  ...['Sun, 29 Feb 2024 23:59:59 +0000', '2026-10-12', '2024-02-29', '2026-10-12 04:11:09', '2026-10-12T19:00:00'],
  ...['2026-10-12T04:11:09Z', '2026-10-12T04:11:09.123Z', '2026-10-12T04:11:09.123456-02:30', '2026-12-31T20:00:00'],
])('MAAS reads the date %s', (text) => {
  expect(isReadableDate(text)).toBe(true);
});

it.each([
  ...['', 'Mon, 12 Oct 2026 04:11:09 GMT', 'Moo, 12 Oct 2026 04:11:09 +0000', '12 Oct 2026 04:11:09 +0000'],
  ...['Mon, 12 Okt 2026 04:11:09 +0000', 'Mon, 32 Oct 2026 04:11:09 +0000', 'Mon, 29 Feb 2026 04:11:09 +0000'],
  ...['Mon, 0 Oct 2026 04:11:09 +0000', 'Mon, 12 Oct 2026 24:00:00 +0000', 'Mon, 12 Oct 2026 04:60:09 +0000'],
  ...['Mon, 12 Oct 2026 04:11:60 +0000', 'Mon, 12 Oct 2026 4:11:09 +0000', 'Mon, 12 Oct 2026 04:11:09 +000'],
  ...['Mon, 12 Oct 2026 04:11:09 +00000', 'xMon, 12 Oct 2026 04:11:09 +0000', 'Mon, 123 Oct 2026 04:11:09 +0000'],
  ...['2026-13-12', '2026-00-12', '2026-02-29', '2026-10-12T04:11', '2026-10-12T25:11:09', '2026-10-12T04:11:09.12Z'],
  ...['2026-10-12T04:11:09+0200', '2026-10-12x', 'x2026-10-12', '2026-10-12T04:11:0909', '26-10-12'],
])('MAAS does not read the date %j', (text) => {
  expect(isReadableDate(text)).toBe(false);
});

it('a day is one of the calendar, written with its zeros', () => {
  for (const day of ['2026-01-01', '2024-02-29', '2026-12-31']) expect(isReadableDay(day)).toBe(true);
  for (const day of ['', '2026-1-1', '2026-02-29', '2026-13-01', '2026-01-00', '2026-01-01T00:00:00', 'x2026-01-01'])
    expect(isReadableDay(day)).toBe(false);
});

it('a piece of a path is safe for readers, web servers and object stores, or not', () => {
  for (const segment of ['a', 'A-Z_0.9~x', '...a', '.a']) expect(isSafeSegment(segment)).toBe(true);
  for (const segment of ['', '.', '..', '...', 'a b', 'a/b', 'ä', 'a+b', 'a%20', 'a\n'])
    expect(isSafeSegment(segment)).toBe(false);
});

it.each([
  ['pool/noble/squashfs', undefined],
  ['/pool', 'is absolute'],
  ['http://a/b', 'contains a colon or a scheme'],
  ['a:b', 'contains a colon or a scheme'],
  ['a//b', 'contains the segment ""'],
  ['a/../b', 'contains the segment ".."'],
  ['a/b c/d', 'contains the segment "b c"'],
  ['', 'contains the segment ""'],
])('of the path %j it is said: %s', (path, fault) => {
  expect(pathFault(path)).toBe(fault);
});
