import { stat } from 'node:fs/promises';
import { MirrorError } from '../../lib/errors';
import type { BuildRequest } from '../../lib/job/build-request';
import { run } from '../../lib/machine/run';
import { checkSquashfs } from '../../lib/machine/tree/squashfs';

/** Checks the base images of builds, without external tools. @throws BadImage (misuse) if one is not a complete squashfs */
export async function requireSquashfs(requests: readonly BuildRequest[]): Promise<void> {
  for (const base of basesOf(requests)) {
    const there = await stat(base).catch(() => undefined);
    if (there?.isDirectory()) throw badBase(base, 'is a folder', `pack it first: mksquashfs ${base} base.squashfs`);
    // A FIFO would wait for a writer.
    if (there?.isFile() === false) throw badBase(base, 'is not a regular file', 'give the path of a squashfs');
    try {
      await checkSquashfs(base);
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
      throw new MirrorError(error.name, `--base: ${error.message}`, {
        ...(error.hint !== undefined && { hint: error.hint }),
        cause: error.cause,
        misuse: true,
      });
    }
  }
}

/**
 * Checks that base images contain a root file system, by the status file of dpkg.
 * @returns false if that cannot be checked yet, because unsquashfs is missing
 * @throws BadImage (misuse)
 */
export async function requireRootFileSystems(requests: readonly BuildRequest[]): Promise<boolean> {
  try {
    await requirePackageLists(basesOf(requests));
    return true;
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'MissingTool') return false;
    throw error;
  }
}

async function requirePackageLists(bases: readonly string[]): Promise<void> {
  for (const base of bases) {
    const listed = await run(['unsquashfs', '-l', base, packageList], { quiet: true });
    if (listed.split('\n').some((line) => line.endsWith(`/${packageList}`))) continue;
    const hint = 'give the squashfs of a cloud image, or of another tree in which apt and dpkg are installed';
    throw badBase(base, `does not contain a Debian or Ubuntu root file system: /${packageList} is missing`, hint);
  }
}

const packageList = 'var/lib/dpkg/status';

function basesOf(requests: readonly BuildRequest[]): string[] {
  return [...new Set(requests.map(({ base }) => base).filter((base) => base !== ''))];
}

function badBase(base: string, what: string, hint: string): MirrorError {
  return new MirrorError('BadImage', `--base: ${base} ${what}`, { hint, misuse: true });
}
