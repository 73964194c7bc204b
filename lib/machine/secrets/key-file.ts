import { randomUUID } from 'node:crypto';
import { constants, link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MirrorError } from '../../errors';

/**
 * Reads a private key file; creates it if it is missing.
 * @throws KeyExposed if other users can read the file; BadInput if the path cannot be a key file
 */
export async function keyFile(path: string, make: () => Promise<string>): Promise<string> {
  return (await readKeyFile(path)) ?? (await makeKeyFile(path, await make()));
}

async function readKeyFile(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK); // a FIFO would wait for a writer
    const there = await file.stat();
    if (!there.isFile()) throw notAKey(path, 'is not a file');
    const { mode } = there;
    if ((mode & 0o077) !== 0) {
      const seen = (mode & 0o777).toString(8).padStart(4, '0');
      throw new MirrorError('KeyExposed', `the private key ${path} is readable by other users (mode ${seen})`, {
        hint: `run chmod 600 ${path}; if it may have been read, rotate the key`,
      });
    }
    return await file.readFile('utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR') throw notAKey(path, 'is below a file, not a folder', error);
    if (code === 'EACCES' || code === 'EPERM') throw notAKey(path, 'cannot be read by this user', error);
    throw error;
  }
}

function notAKey(path: string, what: string, cause?: unknown): MirrorError {
  return new MirrorError('BadInput', `the private key ${path} ${what}`, {
    hint: 'specify the path of a key file, or of one to create',
    cause,
    misuse: true,
  });
}

/** Writes the whole file, then links it into place: if two processes create it at once, both use the first one. */
async function makeKeyFile(path: string, text: string): Promise<string> {
  await makeFolder(dirname(path));
  const unfinished = `${path}.${randomUUID()}`;
  try {
    await using file = await open(unfinished, 'wx', 0o600);
    await file.writeFile(text);
    await file.sync();
    await link(unfinished, path);
    await syncFolder(dirname(path)); // the key must survive a power failure once it has signed anything
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
  return (await readKeyFile(path)) ?? text;
}

async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path);
  await folder.sync();
}
