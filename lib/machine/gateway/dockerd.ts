import { readdir, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { MirrorError } from '../../errors';
import { logLine } from '../log';
import { isMachineOfCodeBuild } from './code-build';

/**
 * Ends the Docker daemon that CodeBuild's images start in privileged builds, on 127.0.0.1:2375 and without a password:
 * any process that reaches it is root on the build machine. No stage needs it. Another machine's Docker is not ours to end.
 * @throws CommandFailed where it does not end
 */
export async function stopDockerd(environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  if (!isMachineOfCodeBuild(environment)) return;
  const daemons = await running();
  if (daemons.length === 0) return;
  logLine('ending the Docker daemon of this build machine');
  for (const pid of daemons) kill(pid);
  for (let looks = 0; looks < mostLooks; looks++) {
    if ((await running()).length === 0) return;
    await setTimeout(50);
  }
  throw new MirrorError(
    'CommandFailed',
    `the Docker daemon of this build machine does not end (${daemons.join(', ')})`,
  );
}

const mostLooks = 600;

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended by itself
  }
}

/** Processes that are one, and not just its remains. */
async function running(): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(async (pid) => ((await isDaemon(pid)) ? [Number(pid)] : [])));
  return found.flat();
}

async function isDaemon(pid: string): Promise<boolean> {
  // A process may end while it is looked at.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [, name = '', state = ''] = /^\d+ \((.*)\) (\S)/.exec(stat) ?? [];
  return ['dockerd', 'containerd'].includes(name) && state !== 'Z';
}
