import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
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

it('leaves alone a lock that is gone, in use or younger, and refuses what is no lock', async () => {
  const folder = temporaryFolder();
  await removeUnusedLock(join(folder, 'none.lock'), month);
  await expect(removeUnusedLock(folder, month)).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(lockFile(join(folder, 'none/a.lock'))).rejects.toMatchObject({ code: 'ENOENT' });

  const file = oldLock();
  await removeUnusedLock(file, longAgo.getTime());
  expect(existsSync(file)).toBe(true);
  await removeUnusedLock(file, longAgo.getTime() + 1);
  expect(existsSync(file)).toBe(false);
});

it('waits for nobody where a lock is to be removed', async () => {
  const file = oldLock();
  const { told } = await withFlock('echo "$*" > "$0.told"; exit 1', () => removeUnusedLock(file, month));
  expect(told).toBe('--nonblock 0\n');
  expect(existsSync(file)).toBe(true);
});

it.each([
  ['exit 69', 'flock exited with 69'],
  ['exit 1', 'flock exited with 1'],
  ['echo no locks; echo "flock: 0: No locks available" >&2; exit 71', 'flock: 0: No locks available\n'],
  ['printf one >&2; printf two >&2; exit 1', 'onetwo'],
])('refuses to go on without it where flock says: %s', async (script, why) => {
  const file = oldLock();
  const before = timesOpen(file);
  const { failure } = await withFlock(script, () => lockFile(file));
  expect(failure).toMatchObject({ name: 'CommandFailed', message: `cannot lock ${file}: ${why}` });
  expect(timesOpen(file)).toBe(before);
});

it('refuses to take a failure for a lock that somebody holds', async () => {
  const file = oldLock();
  const { failure } = await withFlock('echo broken >&2; exit 1', () => removeUnusedLock(file, month));
  expect(failure).toMatchObject({ message: `cannot lock ${file}: broken\n` });
});

it('refuses to go on where flock is not installed, or cannot be started', async () => {
  const file = oldLock();
  const { failure } = await withFlock(undefined, () => lockFile(file));
  expect(failure).toMatchObject({
    name: 'MissingTool',
    message: 'flock is not installed',
    hint: 'install the package util-linux',
  });
  const other = await withFlock('', () => lockFile(file), 0o644);
  expect(other.failure).toMatchObject({
    name: 'CommandFailed',
    message: `cannot lock ${file}: spawn flock EACCES`,
  });
});

/** Does something where flock is a shell script, or is missing. */
async function withFlock(script: string | undefined, work: () => Promise<unknown>, mode = 0o755) {
  const bin = temporaryFolder();
  if (script !== undefined) writeFileSync(join(bin, 'flock'), `#!/bin/sh\n${script}\n`, { mode });
  vi.stubEnv('PATH', bin);
  try {
    const failure = await work().then(
      () => undefined,
      (error: unknown) => error,
    );
    const told = join(bin, 'flock.told');
    return { failure, told: existsSync(told) ? readFileSync(told, 'utf8') : undefined };
  } finally {
    vi.unstubAllEnvs();
  }
}

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
