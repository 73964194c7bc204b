import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isOver, nowhere, processName } from '../store/directory/process-name';
import { hasCode } from '../store/durable';
import { namesIn } from './names-in';

/** A folder that is removed with its contents when its scope ends. */
export interface ScratchFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes a scratch folder named after this process, so that {@link cleanScratch} can tell when it was left behind. */
export async function ownScratch(root: string): Promise<ScratchFolder> {
  const { place, pid, start } = await processName();
  await mkdir(root, { recursive: true });
  return removedAtEnd(await mkdtemp(join(root, `run-${place}-${pid}-${start}-`)));
}

export async function makeScratch(root: string, name: string): Promise<ScratchFolder> {
  return removedAtEnd(await mkdtemp(join(root, `${name}-`)));
}

/**
 * Removes what killed runs left behind. A folder from before a reboot, or from another container, names a process that
 * cannot be checked here: it is removed once it is older than any execution can be.
 */
export async function cleanScratch(root: string, now = new Date()): Promise<void> {
  const { place } = await processName();
  for (const name of await namesIn(root)) {
    const [, itsPlace, pid, start] = /^run-([0-9a-z]+)-(\d+)-(\d+)-\w+$/.exec(name) ?? [];
    if (itsPlace === undefined || pid === undefined || start === undefined) continue;
    const path = join(root, name);
    const known = itsPlace === place && place !== nowhere;
    const left = known ? await isOver({ pid, start }) : await isOlder(path, now);
    if (left) await rm(path, { recursive: true, force: true });
  }
}

function removedAtEnd(path: string): ScratchFolder {
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** The state machine ends an execution after 24 hours; the folder's time is that of its newest build. */
async function isOlder(path: string, now: Date): Promise<boolean> {
  try {
    return now.getTime() - (await stat(path)).mtimeMs > 48 * 60 * 60 * 1000;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false; // its owner removed it first
    throw error;
  }
}
