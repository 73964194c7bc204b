import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hasCode } from '../durable';

/** Identifies a process, so that a reused pid, another container or another host is never mistaken for it. */
export interface ProcessName {
  /** Boot and pid namespace, hashed; `nowhere` if /proc does not show them. */
  readonly place: string;
  readonly pid: string;
  /** Clock ticks since boot. */
  readonly start: string;
}

/** The place of processes that cannot be looked up. */
export const nowhere = 'nowhere';

export async function processName(): Promise<ProcessName> {
  const pid = String(process.pid);
  const start = await startOf('self');
  // In a new pid namespace with the old /proc, pids belong to other processes.
  if (start === undefined || start !== (await startOf(pid))) return { place: nowhere, pid, start: '0' };

  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  const namespace = await readlink('/proc/self/ns/pid');
  const place = createHash('sha256').update(boot).update(namespace).digest('hex').slice(0, 12);
  return { place, pid, start };
}

/** Whether a process of the same place has ended. */
export async function isOver({ pid, start }: Omit<ProcessName, 'place'>): Promise<boolean> {
  return (await startOf(pid)) !== start;
}

async function startOf(pid: string): Promise<string | undefined> {
  try {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Field 22, counted after the command's name, which may contain blanks and parentheses.
    return line.slice(line.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}
