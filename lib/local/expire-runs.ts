import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isFolderOf } from '../job/layout';
import { hasCode } from '../store/durable';

/** What stages of one execution hand to each other is of no use a day later; in the cloud a lifecycle rule removes it. */
const lifetimeMilliseconds = 24 * 60 * 60 * 1000;

/** Removes downloads that no build has used for a month. */
export async function expireDownloads(cache: string, now: Date): Promise<void> {
  for (const name of await namesIn(cache)) {
    if (name.endsWith('.lock')) continue; // somebody may hold it
    const file = join(cache, name);
    const age = now.getTime() - (await writtenAt(file, now));
    if (age > 30 * lifetimeMilliseconds) await rm(file, { force: true });
  }
}

/** Removes what killed executions left in a work folder; a build that still runs is younger. */
export async function expireRuns(work: string, now: Date): Promise<void> {
  const folder = join(work, 'runs');
  for (const name of await namesIn(folder)) {
    const run = join(folder, name);
    const age = now.getTime() - (await writtenAt(run, now));
    if (age > lifetimeMilliseconds) await rm(run, { recursive: true, force: true });
  }
}

/** Removes what an execution that has ended handed from stage to stage. */
export async function removeRuns(work: string, execution: string): Promise<void> {
  const folder = join(work, 'runs');
  const own = (await namesIn(folder)).filter((name) => isFolderOf(name, execution));
  for (const name of own) await rm(join(folder, name), { recursive: true, force: true });
}

/** Milliseconds since 1970; now for what a neighbour has just removed. */
async function writtenAt(path: string, now: Date): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return now.getTime();
    throw error;
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
