import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { lastLines, run } from '../../lib/machine/run';
import { temporaryFolder } from '../fixtures/temporary-folder';

const quiet = { quiet: true } as const;

it.each([
  true,
  false,
])('refuses to go on without room on a disk, and says how to get some (quiet: %s)', async (hidden) => {
  for (const said of [
    'tar: x: Cannot write: No space left on device',
    'Write failed because No space',
    "E: You don't have enough free space in /var/cache/apt/archives/.",
  ]) {
    await expect(run(['sh', '-c', 'echo "$1" >&2; exit 1', 'sh', said], { quiet: hidden })).rejects.toMatchObject({
      name: 'DiskFull',
      message: `no space left on device, running sh:\n${said}`,
      hint: 'free some space, or use another work folder with --work DIR or TMPDIR',
    });
  }
});

it('refuses to go on without a program, and says what installs it', async () => {
  await expect(run(['/nowhere/program', 'word'], quiet)).rejects.toMatchObject({
    name: 'MissingTool',
    message: '/nowhere/program is not installed',
    hint: 'run `sh buildspecs/host-tools.sh all` as root to install the tools that the stages need',
    cause: { code: 'ENOENT' },
  });
});

it('refuses to go on where a program cannot be started, or is ended from outside', async () => {
  const file = join(temporaryFolder(), 'program');
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o644);
  await expect(run([file, 'word'], quiet)).rejects.toMatchObject({
    name: 'CommandFailed',
    message: `${file} word could not be started (EACCES)`,
  });
  await expect(run(['sh', '-c', 'kill -TERM $$'], quiet)).rejects.toMatchObject({
    message: 'sh -c kill -TERM $$ was killed by SIGTERM',
  });
});

it('shows of a failure the command, cut, and its last eight lines that say something', async () => {
  const words = 'x'.repeat(500);
  const failed = run(['sh', '-c', 'for i in 1 2 3 4 5 6 7 8 9; do echo $i; echo " "; done; exit 2', words], quiet);
  await expect(failed).rejects.toMatchObject({
    message: expect.stringMatching(/^sh -c for .*x exited with 2:\n2\n3\n4\n5\n6\n7\n8\n9$/),
  });
  const said = await failed.catch((error: Error) => error.message.split(' exited')[0]);
  expect(said).toHaveLength(400);
  expect(lastLines(`a\n\n ${'b'.repeat(70_000)}\n`, 2)).toBe(`a\n ${'b'.repeat(65_535)}`);
});

it('runs a program where, with what and as it is told', async () => {
  const folder = temporaryFolder();
  vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
  vi.stubEnv('OWN', 'here');
  const show = ['sh', '-c', 'pwd; echo "$LC_ALL,$OWN"; cat'] as const;
  const [plain, given] = await Promise.all([
    run(show, { ...quiet, cwd: folder }),
    run(show, { ...quiet, env: { PATH: process.env.PATH ?? '', OTHER: 'x' }, input: 'given' }),
  ]).finally(() => vi.unstubAllEnvs());
  expect(plain).toBe(`${folder}\nC,here`);
  expect(given).toBe(`${process.cwd()}\n,\ngiven`);
});

it('ends a program that is not wanted any more', async () => {
  const controller = new AbortController();
  const running = run(['sh', '-c', 'exec sleep 3600'], { ...quiet, signal: controller.signal });
  controller.abort();
  await expect(running).rejects.toMatchObject({ name: 'CommandFailed' });
});

it('returns what a program printed without its last line end', async () => {
  expect(await run(['printf', 'a\\n\\n'], quiet)).toBe('a\n');
  expect(await run(['printf', 'a\\r\\n'], quiet)).toBe('a');
  expect(await run(['printf', 'a\\n'])).toBe('a');
  expect([await run(['true'], quiet), await run(['true'])]).toEqual(['', '']);
});
