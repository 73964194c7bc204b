import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../store/durable';

/** What stages of one execution hand to each other is of no use a day later; in the cloud a lifecycle rule removes it. */
const lifetimeMilliseconds = 24 * 60 * 60 * 1000;

/** Removes what killed executions left in a work folder; a build that still runs is younger. */
export async function expireRuns(work: string, now: Date): Promise<void> {
  const folder = join(work, 'runs');
  for (const name of await namesIn(folder)) {
    const run = join(folder, name);
    const { mtimeMs } = await stat(run);
    if (now.getTime() - mtimeMs > lifetimeMilliseconds) await rm(run, { recursive: true, force: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
