import { randomBytes } from 'node:crypto';
import { existsSync, lutimesSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BuildRequest } from '../../lib/job/build-request';
import { executionName } from '../../lib/job/execution-names';
import { executionFolder } from '../../lib/job/layout';
import { expireDownloads, expireRuns, removeRuns } from '../../lib/local/expire-runs';
import { lockFile } from '../../lib/machine/file-lock';
import { temporaryFolder } from '../fixtures/temporary-folder';

const now = new Date('2026-11-20T12:00:00Z');
const hour = 3_600_000;

/** As a build names what an execution hands on. */
const runOf = (release: string) =>
  executionFolder(
    executionName(BuildRequest.parse({ release, architectures: ['amd64'], view: 'candidate' }), now, 2),
    randomBytes(8),
  );

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

  const [old, young] = ['a'.repeat(64), 'b'.repeat(64)];
  const month = 30 * 24;

  it('that nobody has used for a month are removed, unfinished ones and their locks too', async () => {
    const cache = cacheWith({
      ...{ [old]: month + 1, [`${old}.part`]: month + 1, [`${old}.lock`]: month + 1 },
      ...{ [young]: month - 1, [`${young}.part`]: 0, [`${young}.lock`]: month - 1 },
    });

    await expireDownloads(cache, now);

    expect(readdirSync(cache).sort()).toEqual([young, `${young}.lock`, `${young}.part`]);
  });

  it('go when the month is over, and not at its end', async () => {
    const cache = cacheWith({ [old]: month + 1 / 3600, [young]: month });

    await expireDownloads(cache, now);

    expect(readdirSync(cache)).toEqual([young]);
  });

  it('are known by their whole names, as are the locks of boots', async () => {
    const strangers = [`${old}0`, `a${old}.part`, `${old}.parts`, `${old}.lock2`, `b${old}.lock`, `${old}.PART`];
    const cache = cacheWith(Object.fromEntries(strangers.map((name) => [name, 9_000])));
    mkdirSync(join(cache, 'boots'));
    for (const name of ['0a.lock2', '00a.lock', 'zz.lock', '0alock']) {
      writeFileSync(join(cache, 'boots', name), '');
      age(join(cache, 'boots', name), 9_000);
    }

    await expireDownloads(cache, now);

    expect(readdirSync(cache).sort()).toEqual([...strangers, 'boots'].sort());
    expect(readdirSync(join(cache, 'boots'))).toHaveLength(4);
  });

  it('keep their locks while somebody holds them', async () => {
    const lock = `${old}.lock`;
    const cache = cacheWith({ [lock]: 9_000 });
    await using _ = await lockFile(join(cache, lock));
    age(join(cache, lock), 9_000);

    await expireDownloads(cache, now);

    expect(readdirSync(cache)).toEqual([lock]);
  });

  it('share their folder with locks of boots, which go as late, and the folder ends nothing', async () => {
    const cache = temporaryFolder();
    mkdirSync(join(cache, 'boots'));
    for (const [name, hours] of [
      ['0a.lock', month + 1],
      ['0b.lock', 1],
      ['notes', 9_000],
    ] as const) {
      writeFileSync(join(cache, 'boots', name), '');
      age(join(cache, 'boots', name), hours);
    }
    age(join(cache, 'boots'), 9_000);

    await expireDownloads(cache, now);

    expect(readdirSync(join(cache, 'boots')).sort()).toEqual(['0b.lock', 'notes']);
  });

  it('are all that is removed: other names, folders and links are somebody’s own', async () => {
    const cache = cacheWith({ 'holiday.jpg': 9_000, 'a.part': 9_000, 'b.lock': 9_000 });
    age(cache, 9_000);
    mkdirSync(join(cache, old));
    age(join(cache, old), 9_000);
    symlinkSync('holiday.jpg', join(cache, young));
    lutimesSync(join(cache, young), 0, 0);
    const before = readdirSync(cache);

    await expireDownloads(cache, now);

    expect(readdirSync(cache)).toEqual(before);
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

  const [old, young] = [runOf('noble'), runOf('bookworm')];

  it('of more than a day ago are removed with all that is in them', async () => {
    const work = workWith([old, 25], [young, 23]);

    await expireRuns(work, now);

    expect(readdirSync(join(work, 'runs'))).toEqual([young]);
    expect(existsSync(join(work, 'runs', young, 'noble/squashfs'))).toBe(true);
  });

  it('of exactly a day ago stay', async () => {
    const work = workWith([old, 24]);

    await expireRuns(work, now);

    expect(readdirSync(join(work, 'runs'))).toEqual([old]);
  });

  it('are all that is removed: what has another name, or is no folder, is somebody’s own', async () => {
    const work = workWith(['thesis', 9_000], ['noble-20261120T120000', 9_000], [`${old}0`, 9_000]);
    writeFileSync(join(work, 'runs', old), 'a file');
    age(join(work, 'runs', old), 9_000);
    const before = readdirSync(join(work, 'runs'));

    await expireRuns(work, now);

    expect(readdirSync(join(work, 'runs'))).toEqual(before);
  });

  it('may be removed by several at once', async () => {
    const work = workWith(...new Array(50).fill(0).map(() => [runOf('noble'), 25] as const));

    await Promise.all(new Array(8).fill(0).map(() => expireRuns(work, now)));

    expect(readdirSync(join(work, 'runs'))).toEqual([]);
  });

  it('may never have been made', async () => {
    await expireRuns(temporaryFolder(), now);
  });
});
