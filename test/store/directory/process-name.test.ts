import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isOver, nowhere, processName } from '../../../lib/store/directory/process-name';

it('a process is named by its place, its number, and when it started', async () => {
  const { place, pid, start } = await processName();
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').pop()?.split(' ');

  expect(place).toMatch(/^[0-9a-f]{12}$/);
  expect(place).not.toBe(nowhere);
  expect([pid, start]).toEqual([String(process.pid), fields?.[19]]);
  expect(await processName()).toEqual({ place, pid, start });
});

it('a process is over where its number is free, or another’s', async () => {
  const { pid, start } = await processName();

  expect(await isOver({ pid, start })).toBe(false);
  expect(await isOver({ pid, start: '1' })).toBe(true);
  expect(await isOver({ pid: '99999999', start })).toBe(true);
});
