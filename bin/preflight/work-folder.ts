import { readdir, realpath } from 'node:fs/promises';
import { MirrorError } from '../../lib/errors';
import { triedFolder } from '../../lib/store/directory/mirror-directory';
import { hasCode } from '../../lib/store/durable';

/**
 * Looks whether a folder is one for this tool's work: new, empty, holding only what this tool makes, or one that builds
 * have used already, whatever somebody has put beside. What is old is removed there.
 * @throws ForeignDirectory (misuse) for a folder of other things, and for those of the system
 */
export async function requireWorkFolder(work: string): Promise<void> {
  if (folderOfSystem.test(await realpath(work).catch(() => work))) throw foreign(work, 'is a folder of the system');
  const names = await namesIn(work);
  if (['runs', 'logs'].every((name) => names.includes(name))) return; // each build makes both
  const other = names.find((name) => !own.includes(name) && !name.startsWith(triedFolder));
  if (other !== undefined)
    throw foreign(work, `holds ${JSON.stringify(other)}, which no build puts into its work folder`);
}

const own = ['runs', 'logs', 'scratch', 'cache', '.store', 'lost+found'];

const folderOfSystem = /^\/(?:bin|boot|dev|etc|home|lib\w*|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)?$/;

/** Nothing where no folder is: whether one can be made is looked at next. */
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
    hint: 'name a new folder, or an empty one: builds remove from it what has grown old',
    misuse: true,
  });
}
