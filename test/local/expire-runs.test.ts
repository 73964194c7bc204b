import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expireDownloads, expireRuns, removeRuns } from '../../lib/local/expire-runs';
import { temporaryFolder } from '../fixtures/temporary-folder';

const now = new Date('2026-11-20T12:00:00Z');
const hour = 3_600_000;

/** Lets a file be so old. */
function age(path: string, hours: number): string {
  const time = new Date(now.getTime() - hours * hour);
  utimesSync(path, time, time);
  return path;
}

describe('downloads', () => {
  function cacheWith(files: Readonly<Record<string, number>>): string {
    const cache = temporaryFolder();
    for (const [name, hours] of Object.entries(files)) {
      writeFileSync(join(cache, name), name);
      age(join(cache, name), hours);
    }
    return cache;
  }

  it('that nobody has used for a month are removed, unfinished ones too', async () => {
    const month = 30 * 24;
    const cache = cacheWith({ old: month + 1, 'old.part': month + 1, young: month - 1, 'young.part': 0 });

    await expireDownloads(cache, now);

    expect(readdirSync(cache).sort()).toEqual(['young', 'young.part']);
  });

  it('keep their locks, which somebody may hold', async () => {
    const cache = cacheWith({ 'old.lock': 9_000 });

    await expireDownloads(cache, now);

    expect(readdirSync(cache)).toEqual(['old.lock']);
  });

  it('may never have been made', async () => {
    await expireDownloads(join(temporaryFolder(), 'cache'), now);
  });
});

it('what an execution handed on is removed when it has ended, every folder of it and no other’s', async () => {
  const work = temporaryFolder();
  const [one, other] = ['0123456789abcdef', 'fedcba9876543210'];
  for (const name of [`run-${one}`, `run-${other}`, `run-2-${one}`, 'run', `run-${one}0`]) {
    mkdirSync(join(work, 'runs', name, 'amd64'), { recursive: true });
  }

  await removeRuns(work, 'run');
  await removeRuns(temporaryFolder(), 'run');

  expect(readdirSync(join(work, 'runs')).sort()).toEqual(['run', `run-${one}0`, `run-2-${one}`].sort());
});

describe('runs', () => {
  function workWith(...runs: readonly (readonly [name: string, hours: number])[]): string {
    const work = temporaryFolder();
    for (const [name, hours] of runs) {
      mkdirSync(join(work, 'runs', name, 'noble'), { recursive: true });
      writeFileSync(join(work, 'runs', name, 'noble/squashfs'), name);
      age(join(work, 'runs', name), hours);
    }
    return work;
  }

  it('of more than a day ago are removed with all that is in them', async () => {
    const work = workWith(['old', 25], ['young', 23]);

    await expireRuns(work, now);

    expect(readdirSync(join(work, 'runs'))).toEqual(['young']);
    expect(existsSync(join(work, 'runs/young/noble/squashfs'))).toBe(true);
  });

  it('may be gone by the time that they are looked at', async () => {
    const work = workWith(['old', 25]);
    symlinkSync('nowhere', join(work, 'runs/gone')); // in the folder, but not to be found

    await expireRuns(work, now);

    expect(readdirSync(join(work, 'runs'))).toEqual(['gone']);
  });

  it('may be removed by several at once', async () => {
    const work = workWith(...new Array(50).fill(0).map((_, index) => [`old-${index}`, 25] as const));

    await Promise.all(new Array(8).fill(0).map(() => expireRuns(work, now)));

    expect(readdirSync(join(work, 'runs'))).toEqual([]);
  });

  it('may never have been made', async () => {
    await expireRuns(temporaryFolder(), now);
  });
});
