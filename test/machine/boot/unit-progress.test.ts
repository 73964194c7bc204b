import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startedUnit, unitProgress } from '../../../lib/machine/boot/unit-progress';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it.each([
  ['[  OK  ] Started ssh.service - OpenBSD Secure Shell server.', 'Started ssh.service - OpenBSD Secure Shell server.'],
  ['[   26.1] systemd[1]: Reached target Local File Systems.', 'Reached target Local File Systems.'],
  ['         Starting snapd.seeded.service', undefined],
  ['[  OK  ] Started ', undefined],
])('finds in %j the unit %j', (line, unit) => {
  expect(startedUnit(line)).toBe(unit);
});

it('tells the first unit at once, then the newest one every ten seconds, also where no more lines come', () => {
  const told: string[] = [];
  using units = unitProgress((text) => told.push(text));
  for (const name of ['a', 'b', 'c']) units.onLine(`[  OK  ] Started ${name}.service`);
  expect(told).toEqual(['Started a.service']);
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual(['Started a.service', 'Started c.service']);
  vi.advanceTimersByTime(60_000);
  units.onLine('[  OK  ] Reached target d.target');
  expect(told).toEqual(['Started a.service', 'Started c.service', 'Reached target d.target']);
});

it('tells nothing after its end', () => {
  const told: string[] = [];
  {
    using units = unitProgress((text) => told.push(text));
    for (const name of ['a', 'b']) units.onLine(`Started ${name}.service`);
  }
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual(['Started a.service']);
  expect(vi.getTimerCount()).toBe(0);
});
