import { readdir, readFile, readlink } from 'node:fs/promises';

/** The processes in a pid namespace. @param namespace as `readlink /proc/self/ns/pid` gives it */
export async function processesIn(namespace: string): Promise<string[]> {
  return findProcesses(async (pid) => {
    if ((await readlink(`/proc/${pid}/ns/pid`)) !== namespace.trim()) return false;
    return !/^State:\tZ/m.test(await readFile(`/proc/${pid}/status`, 'utf8')); // the init of a container may reap nothing
  });
}

/** The processes that see a mount. @param source what is mounted, a name that nothing else has */
export async function processesSeeing(source: string): Promise<string[]> {
  return findProcesses(async (pid) => (await readFile(`/proc/${pid}/mounts`, 'utf8')).includes(source));
}

async function findProcesses(matches: (pid: string) => Promise<boolean>): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  // a process may end while we look at it
  const found = await Promise.all(pids.map((pid) => matches(pid).catch(() => false)));
  return pids.filter((_, index) => found[index]);
}
