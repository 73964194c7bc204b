import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, nameAbove, versionNames } from '../../../lib/publication/names/version-names';
import { sortsAbove } from '../../../lib/simplestreams/version-order';
import '../../fixtures/needs-seconds';

const morning = new Date('2026-11-20T08:30:00Z');

const day = fc
  .date({ min: new Date('2025-01-01'), max: new Date('2027-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10).replaceAll('-', ''));
/** Serials of images, also of upstream's re-spins. */
const stem = fc.oneof(
  day,
  fc.tuple(day, fc.integer({ min: 1, max: 12 })).map(([date, count]) => `${date}.${count}`),
);
const at = fc.date({ min: new Date('2026-01-01'), max: new Date('2026-12-31'), noInvalidDate: true });

describe('versionNames', () => {
  it.each([
    ['the serial and the time, where nothing is published', '20261120', undefined, '20261120.083000'],
    ['the same for a re-spin', '20261120.1', undefined, '20261120.1.083000'],
    ['the same above a later build of an older serial', '20261121', '20261120.221500', '20261121.083000'],
    ['the same above a bare serial, which an import brought', '20261120', '20261120', '20261120.083000'],
    ['the re-spin above the same day’s build', '20261120.1', '20261120.083000', '20261120.1.083000'],
    ['the next second, where a build has this one', '20261120', '20261120.083000', '20261120.083001'],
    ['the highest and the time, where a later build is there', '20261120', '20261120.091500', '20261120.091500.083000'],
    ['the highest and the time, where it is of the future', '20261120', '20270101', '20270101.083000'],
    ['the serial of the highest, where this image is older', '20261101', '20261120.070000', '20261120.083000'],
    ['the shortest part that sorts above', '20261101', '20261120.091500.070000', '20261120.091500.083000'],
  ])('begins with %s', (_, serial, top, expected) => {
    const [first] = versionNames(serial, top, morning);
    expect(first).toBe(expected);
  });

  it('counts on by seconds, over midnight, too', () => {
    const names = [...versionNames('20261120', undefined, new Date('2026-11-20T23:59:58.900Z'))];
    expect(names).toHaveLength(60);
    expect(names.slice(0, 3)).toEqual(['20261120.235958', '20261120.235959', '20261120.000000']);
  });

  it('gives names that sort above the highest, are safe in paths, and are never bare serials or re-spins', () => {
    const history = fc.array(fc.record({ stem, at, taken: fc.nat({ max: 3 }) }), { maxLength: 8 });
    fc.assert(
      fc.property(history, (publications) => {
        let top: string | undefined;
        for (const { stem, at, taken } of publications) {
          const names = [...versionNames(stem, top, at)];
          for (const name of names) {
            if (top !== undefined && !sortsAbove(name, top)) throw new Error(`${name} is not above ${top}`);
            expect(name).toMatch(/^\d{8}(\.\d+)*\.\d{6}$/);
          }
          expect(new Set(names).size).toBe(names.length);
          expect(names.length).toBeGreaterThanOrEqual(60);
          top = names[taken];
        }
      }),
      { numRuns: 300 },
    );
  });

  it('stays short where the clock runs on, however old the image is', () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 23 * 60 }), { minLength: 1 });
    fc.assert(
      fc.property(times, fc.array(stem, { minLength: 1 }), (minutes, stems) => {
        let top: string | undefined;
        for (const [count, minute] of minutes.sort((a, b) => a - b).entries()) {
          const now = new Date(Date.UTC(2026, 10, 20, 0, minute));
          [top] = versionNames(stems[count % stems.length] ?? '20261120', top, now);
          expect(top?.split('.').length).toBeLessThanOrEqual(3);
        }
      }),
    );
  });
});

describe('nameAbove', () => {
  it.each([
    ['20261120.083000', '20261120.083001'],
    ['20261120.070000', '20261120.083000'],
    ['20261120.091500', '20261120.091500.083000'],
    ['20261120', '20261120.083000'],
    ['20261120.0', '20261120.083000'],
    ['20261120.9', '20261120.9.083000'],
  ])('of %s is %s', (top, name) => {
    expect(nameAbove(top, morning)).toBe(name);
  });

  it('is one that no other version has', () => {
    expect(nameAbove('20261120', morning, (name) => name < '20261120.083003')).toBe('20261120.083003');
    expect(() => nameAbove('20261120', morning, () => true)).toThrow(
      expect.objectContaining({
        name: 'VersionConflict',
        message: 'all version names for this minute above 20261120 are in use',
        hint: 'run the command again in a minute',
      }),
    );
  });

  it('always sorts above', () => {
    fc.assert(
      fc.property(stem, at, at, (serial, one, other) => {
        const [top = ''] = versionNames(serial, undefined, one);
        expect(sortsAbove(nameAbove(top, other), top)).toBe(true);
      }),
    );
  });
});

it('the day of a time is that of UTC', () => {
  expect(dayOf(new Date('2026-11-20T23:59:59.999Z'))).toBe('20261120');
});
