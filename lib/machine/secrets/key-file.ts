import { randomUUID } from 'node:crypto';
import { constants, link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MirrorError } from '../../errors';

/**
 * The text of a private key's file, which is made where there is none yet.
 * @throws KeyExposed where others than its owner can read the file; BadInput for what can be no key's file
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
      throw new MirrorError('KeyExposed', `the private key ${path} can be read by others: its mode is ${seen}`, {
        hint: `chmod 600 ${path}; if others may have read it, make another key`,
      });
    }
    return await file.readFile('utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR') throw notAKey(path, 'would be below a file', error);
    if (code === 'EACCES' || code === 'EPERM') throw notAKey(path, 'cannot be read by this user', error);
    throw error;
  }
}

function notAKey(path: string, what: string, cause?: unknown): MirrorError {
  return new MirrorError('BadInput', `the private key ${path} ${what}`, {
    hint: 'give the path of the key’s file, or of one to make',
    cause,
    misuse: true,
  });
}

/** Written whole and linked into its place: of two that make it at once, both use the first one's. */
async function makeKeyFile(path: string, text: string): Promise<string> {
  await makeFolder(dirname(path));
  const unfinished = `${path}.${randomUUID()}`;
  try {
    await using file = await open(unfinished, 'wx', 0o600);
    await file.writeFile(text);
    await file.sync();
    await link(unfinished, path);
    await syncFolder(dirname(path)); // after a power cut, too, what is signed from now on has its key
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
