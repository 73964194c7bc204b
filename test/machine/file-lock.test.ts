import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockFile, removeUnusedLock } from '../../lib/machine/file-lock';
import { temporaryFolder } from '../fixtures/temporary-folder';

const longAgo = new Date('2026-01-01T00:00:00Z');
const month = new Date('2026-02-01T00:00:00Z').getTime();

function oldLock(): string {
  const file = join(temporaryFolder(), 'a.lock');
  writeFileSync(file, '');
  utimesSync(file, longAgo, longAgo);
  return file;
}

it('is held by one at a time, also while others remove what nobody uses', async () => {
  const folder = temporaryFolder();
  const [lock, log] = [join(folder, 'a.lock'), join(folder, 'log')];
  const work = async () => {
    await using _ = await lockFile(lock);
    await appendFile(log, 'begins ');
    await appendFile(log, 'ends\n');
  };
  const removing = () => removeUnusedLock(lock, Number.POSITIVE_INFINITY);
  await Promise.all([...new Array(12)].flatMap(() => [work(), removing()]));

  expect(readFileSync(log, 'utf8')).toBe('begins ends\n'.repeat(12));
});

it('is removed when nobody had it for long', async () => {
  const file = oldLock();
  await removeUnusedLock(file, month);
  expect(existsSync(file)).toBe(false);
  await removeUnusedLock(file, month);
});

it('stays while somebody holds it, and when somebody had it since', async () => {
  const file = oldLock();
  {
    await using _ = await lockFile(file);
    utimesSync(file, longAgo, longAgo);
    await removeUnusedLock(file, month);
    expect(existsSync(file)).toBe(true);
  }
  {
    await using _ = await lockFile(file);
  }
  await removeUnusedLock(file, month);
  expect(existsSync(file)).toBe(true);
});

it('is not what had its name before: who waited for a file that is gone takes the new one', async () => {
  const file = oldLock();
  const first = await lockFile(file);
  const waiting = lockFile(file);
  while (timesOpen(file) < 2) await new Promise(setImmediate);
  rmSync(file);
  await first[Symbol.asyncDispose]();
  await using _ = await waiting;
  expect(existsSync(file)).toBe(true);
});

/** How often this process has the file open. */
function timesOpen(file: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === file;
    } catch {
      return false; // the one that lists them
    }
  }).length;
}
