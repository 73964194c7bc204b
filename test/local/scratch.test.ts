import { existsSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { cleanScratch, makeScratch, ownScratch } from '../../lib/local/scratch';
import { temporaryFolder } from './small-assembly';

test('a scratch folder is gone when its scope ends', async () => {
  await using root = await temporaryFolder();
  {
    await using scratch = await ownScratch(join(root.path, 'below'));
    await writeFile(join(scratch.path, 'file'), '');
  }
  expect(await readdir(join(root.path, 'below'))).toEqual([]);
});

test('a folder whose owner has ended is cleaned up; ours and what is no scratch stay', async () => {
  await using root = await temporaryFolder();
  await using ours = await ownScratch(root.path);
  const dead = basename(ours.path).replace(/-\d+-(\w+)$/, '-1-$1'); // our pid, another start: a reused number
  await mkdir(join(root.path, dead, 'build-x'), { recursive: true });
  await mkdir(join(root.path, 'run-of-somebody'));

  await cleanScratch(root.path);
  expect((await readdir(root.path)).sort()).toEqual([basename(ours.path), 'run-of-somebody'].sort());
});

test('a folder from before a reboot goes after two days', async () => {
  await using root = await temporaryFolder();
  const left = join(root.path, 'run-0123456789ab-1-1-abcdef');
  await mkdir(left);
  const now = new Date(Math.ceil(Date.now() / 1000) * 1000);
  await cleanScratch(root.path, now);
  expect(existsSync(left)).toBe(true);

  const twoDays = 48 * 60 * 60 * 1000;
  for (const [age, stays] of [
    [twoDays, true],
    [twoDays + 1000, false],
  ] as const) {
    const then = new Date(now.getTime() - age);
    await utimes(left, then, then);
    await cleanScratch(root.path, now);
    expect(existsSync(left)).toBe(stays);
  }
});

test('a folder of a build bears its name', async () => {
  await using root = await temporaryFolder();
  await using scratch = await makeScratch(root.path, 'build');
  expect(scratch.path).toMatch(/\/build-\w{6}$/);
  expect(await readdir(root.path)).toEqual([basename(scratch.path)]);
});

test('there may be nothing to clean', async () => {
  await using root = await temporaryFolder();
  await expect(cleanScratch(join(root.path, 'none'))).resolves.toBeUndefined();
});
