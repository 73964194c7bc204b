import { readdir, realpath } from 'node:fs/promises';
import { MirrorError } from '../../lib/errors';
import { triedFolder } from '../../lib/store/directory/mirror-directory';
import { hasCode } from '../../lib/store/durable';

/**
 * Checks that a folder can be the work folder: it is new, empty, contains only files of builds, or was used by builds
 * before (other files do not matter then). Builds remove old files there.
 * @throws ForeignDirectory (misuse) for a folder with other files, and for system folders
 */
export async function requireWorkFolder(work: string): Promise<void> {
  if (folderOfSystem.test(await realpath(work).catch(() => work))) throw foreign(work, 'is a system folder');
  const names = await namesIn(work);
  if (['runs', 'logs'].every((name) => names.includes(name))) return; // each build makes both
  const other = names.find((name) => !own.includes(name) && !name.startsWith(triedFolder));
  if (other !== undefined) throw foreign(work, `contains ${JSON.stringify(other)}, which is not from a build`);
}

const own = ['runs', 'logs', 'scratch', 'cache', '.store', 'lost+found'];

const folderOfSystem = /^\/(?:bin|boot|dev|etc|home|lib\w*|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)?$/;

/** None if the folder does not exist; whether it can be created is checked next. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

function foreign(work: string, what: string): MirrorError {
  return new MirrorError('ForeignDirectory', `--work ${work} ${what}`, {
    hint: 'name a new or an empty folder: builds remove old files from their work folder',
    misuse: true,
  });
}
