import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder';

const program = join(__dirname, '../../bin/at-once.mts');
const atOnce = (...commands: string[]) => spawnSync(process.execPath, [program, ...commands], { encoding: 'utf8' });

it('runs commands at once, and prints what each printed in one piece', () => {
  const pipe = join(temporaryFolder(), 'pipe');
  // Each waits for the other: one after the other, they would never end.
  const { status, stdout } = atOnce(
    `mkfifo ${pipe}; mkfifo ${pipe}.back; echo one; echo go >${pipe}; read back <${pipe}.back; echo $back >&2`,
    `until [ -p ${pipe}.back ]; do :; done; read go <${pipe}; echo two; echo back >${pipe}.back; echo $go`,
  );

  expect(status).toBe(0);
  expect(stdout).toMatch(/^\$ mkfifo .*\none\nback$/m);
  expect(stdout).toMatch(/^\$ until .*\ntwo\ngo$/m);
});

it('fails as the first that fails does, and ends the others with all that they have started', async () => {
  const file = join(temporaryFolder(), 'pid');
  const { status, stdout } = atOnce(
    `sh -c 'echo $$ >${file}.part; mv ${file}.part ${file}; exec sleep 3600'; echo survived`,
    `until [ -e ${file} ]; do :; done; echo wrong; exit 3`,
  );

  expect(status).toBe(3);
  expect(stdout).toMatch(/wrong\n$/);
  expect(stdout).not.toContain('survived');
  await expect.poll(() => isRunning(readFileSync(file, 'utf8').trim()), { timeout: 600_000 }).toBe(false);
});

it('ends what it has started when it is ended', async () => {
  const file = join(temporaryFolder(), 'pid');
  const words = [program, `echo $$ >${file}.part; mv ${file}.part ${file}; exec sleep 3600`];
  const child = spawn(process.execPath, words, { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await expect.poll(() => existsSync(file), { timeout: 600_000 }).toBe(true);

  child.kill('SIGTERM');

  expect(await ended).toBe(1);
  await expect.poll(() => isRunning(readFileSync(file, 'utf8').trim()), { timeout: 600_000 }).toBe(false);
});

/** Of a process that has ended, and that nobody has waited for yet, only the command line is gone. */
function isRunning(pid: string): boolean {
  return existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
}
