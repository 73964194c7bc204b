import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { MirrorError } from '../../errors';
import { logLine } from '../log';
import { isMachineOfCodeBuild } from './code-build';

export interface StopOptions {
  /** Folder with information about processes. @default /proc */
  readonly processes?: string;
  /** How many times to check whether it has ended, every 50 ms. @default 600 */
  readonly mostLooks?: number;
}

/**
 * Stops the Docker daemon that CodeBuild's images start in privileged builds. It listens on 127.0.0.1:2375 without a
 * password, so any process that can connect is root on the build machine. No stage needs it. Docker on other machines
 * is left alone.
 * @throws CommandFailed if it does not stop
 */
export async function stopDockerd(
  environment: NodeJS.ProcessEnv = process.env,
  { processes = '/proc', mostLooks = 600 }: StopOptions = {},
): Promise<void> {
  if (!isMachineOfCodeBuild(environment)) return;
  const daemons = await running(processes);
  if (daemons.length === 0) return;
  logLine('stopping the Docker daemon of this build machine');
  for (const pid of daemons) kill(pid);
  for (let looks = 0; looks < mostLooks; looks++) {
    if ((await running(processes)).length === 0) return;
    await setTimeout(50);
  }
  throw new MirrorError(
    'CommandFailed',
    `cannot stop the Docker daemon of this build machine (process ${daemons.join(', ')})`,
  );
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has already ended
  }
}

/** Process ids of running daemons; zombies do not count. */
async function running(processes: string): Promise<number[]> {
  const pids = (await readdir(processes)).filter((name) => /^\d+$/.test(name));
  const isThere = (pid: string) => isDaemon(join(processes, pid, 'stat'));
  const found = await Promise.all(pids.map(async (pid) => ((await isThere(pid)) ? [Number(pid)] : [])));
  return found.flat();
}

async function isDaemon(file: string): Promise<boolean> {
  // A process may end meanwhile.
  const stat = await readFile(file, 'utf8').catch(() => '');
  const [, name = '', state = ''] = /^\d+ \((.*)\) (\S)/.exec(stat) ?? [];
  return ['dockerd', 'containerd'].includes(name) && state !== 'Z';
}
