import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { listMirror } from '../../lib/operations/list';
import { type VerifyReport, verifyMirror } from '../../lib/operations/verify';
import { openStore } from '../../lib/store/open';
import { type SmallRelease, serveArchive } from '../fixtures/images/small-release';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { compiledOnce, frontDoor, maasMirror } from './cli';
import { isSerious } from './serious';
import { ownData, smallRequest } from './small-request';

/** When a victim dies: after which line of its progress, and how many milliseconds later at most. */
type Moment = readonly [line: RegExp, milliseconds: number];

/**
 * The moments by what a build does at them. Boots are slow, so moments are spread over the stages and not over time. The
 * one that dies while it publishes has not booted; killed-publishers.ts kills the function at each of its steps.
 */
export const moments: Readonly<Record<string, readonly Moment[]>> = {
  plan: [
    [/^building/, 300],
    [/^building/, 1500],
    [/^Plan …/, 100],
  ],
  fetch: [
    [/^Fetch amd64 …/, 300],
    [/^Fetch amd64 …/, 1200],
    [/^Fetch amd64: base/, 600],
  ],
  prepare: [
    [/^Prepare amd64 …/, 400],
    [/^Prepare amd64: reading/, 700],
    [/^Prepare amd64: installing/, 700],
    [/^Prepare amd64: installing/, 1500],
  ],
  install: [
    [/^Extract amd64 cloud …/, 500],
    [/^Extract amd64 cloud: installing/, 1000],
    [/^Extract amd64 cloud: installing/, 2500],
  ],
  extract: [
    [/^Extract amd64 cloud: building/, 1500],
    [/^Extract amd64 cloud: building/, 4000],
  ],
  boot: [
    [/^BootTest amd64 cloud: booting/, 500],
    [/^BootTest amd64 cloud: booting/, 8000],
  ],
  publish: [[/^Publish amd64 …/, 1200]],
};

/**
 * Kills builds of one mirror, each at one of these moments.
 * @throws where one leaves a mount or a process, or the mirror worse than before, or the build after them all fails
 */
export async function killBuilds(small: SmallRelease, at: readonly Moment[]): Promise<void> {
  const folder = temporaryFolder();
  await using archive = await serveArchive(small.archive);
  const words = [...smallRequest(small, archive.url, folder), '--rebuild'];
  const withoutBoot = [...words, '--no-boot-test'];
  const first = await maasMirror(withoutBoot, { env: ownData(folder) });
  expect(`${first.code}${first.code === 0 ? '' : first.err}`).toBe('0');
  let versions = await versionsIn(folder);

  for (const [line, milliseconds] of at) {
    const victim = line.source.includes('BootTest') ? words : withoutBoot;
    const died = await killedAt(victim, ownData(folder), line, Math.random() * milliseconds);
    await expect.poll(() => remainsOf(folder), { timeout: 600_000, message: died }).toEqual([]);

    expect((await reportOn(folder)).problems.filter(isSerious), died).toEqual([]);
    const now = await versionsIn(folder);
    expect(now, died).toEqual(expect.arrayContaining(versions));
    versions = now;
  }

  const last = await maasMirror(words, { env: ownData(folder) });
  expect(last.err).toMatch(/BootTest amd64 cloud done/);
  expect(last.out).toMatch(/published version/);
  expect((await reportOn(folder)).problems).toEqual([]);
  expect((await versionsIn(folder)).length).toBeGreaterThan(versions.length);
  expect(readdirSync(join(folder, 'mirror.work/scratch'))).toEqual([]);
}

/** Runs a build as leader of a process group, and kills the whole group. @returns what it died of, for messages */
async function killedAt(
  words: readonly string[],
  env: Record<string, string>,
  line: RegExp,
  milliseconds: number,
): Promise<string> {
  const child = spawn(process.execPath, [frontDoor, ...words], {
    env: { ...process.env, ...compiledOnce, ...env },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let [printed, armed] = ['', false];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (armed || !printed.split('\n').some((one) => line.test(one))) return;
    armed = true;
    setTimeout(() => {
      if (child.exitCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL');
    }, milliseconds);
  });
  await ended;
  expect(armed, `it printed ${line}, else:\n${printed}`).toBe(true);
  return `killed ${Math.round(milliseconds)} ms after ${line}, having printed:\n${printed}`;
}

/** Loop devices, mounts and processes that still have to do with a folder. */
function remainsOf(folder: string): string[] {
  const loops = readdirSync('/sys/block').filter((name) => name.startsWith('loop'));
  const backed = loops.map((name) => textOf(`/sys/block/${name}/loop/backing_file`).trim());
  const mounts = textOf('/proc/self/mounts').split('\n');
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const commands = processes.map((pid) => textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' '));
  return [...backed, ...mounts, ...commands].filter((text) => text.includes(folder));
}

function textOf(file: string): string {
  try {
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  } catch {
    return ''; // a process or a loop device that has just gone
  }
}

async function reportOn(folder: string): Promise<VerifyReport> {
  return verifyMirror(await openStore(join(folder, 'mirror')), { scratch: temporaryFolder() });
}

async function versionsIn(folder: string): Promise<string[]> {
  return (await listMirror(await openStore(join(folder, 'mirror')), {})).map((row) => `${row.product} ${row.version}`);
}
