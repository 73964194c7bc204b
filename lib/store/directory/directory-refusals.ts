import { MirrorError } from '../../errors';
import type { Measured } from '../digest';
import { storeFolder } from '../key';
import type { Current } from './generations';

/** @param there the sha256 of what is there; undefined: no file. @throws ObjectExists where that is something else */
export function checkSame(path: string, there: string | undefined, { sha256 }: Measured): void {
  if (there === sha256) return;
  const what = there === undefined ? 'a folder, or below a file' : `there with sha256 ${there}`;
  throw new MirrorError('ObjectExists', `${path} is already ${what}; to be written was sha256 ${sha256}`, {
    hint: 'objects are never changed; build a new version instead',
  });
}

/** @throws PreconditionFailed, and what checkOwn throws */
export function checkCondition(path: string, key: string, current: Current, ifMatch: string | null | undefined): void {
  if (ifMatch === undefined) return;
  const tag = current.object?.tag ?? null;
  if (tag !== ifMatch) {
    throw new MirrorError('PreconditionFailed', `${path} is ${tag ?? 'absent'}, expected was ${ifMatch ?? 'absent'}`, {
      hint: 'another writer came first; read it again and repeat the change',
    });
  }
  checkOwn(path, key, current);
}

/** @throws ChecksumMismatch where the visible file is not what this tool wrote last */
export function checkOwn(path: string, key: string, { object, standing }: Current): void {
  const seen = {
    restored: `is an older version (sha256 ${object?.tag}) of what this tool wrote last; it looks restored from a backup`,
    foreign: `was changed by something other than this tool (sha256 ${object?.tag})`,
  };
  if (standing !== 'restored' && standing !== 'foreign') return;
  throw new MirrorError('ChecksumMismatch', `${path} ${seen[standing]}`, { hint: bothWays(key) });
}

/** How to go on where a mutable object is not what this tool wrote last. */
export function bothWays(key: string): string {
  return `to go on from it as it is, remove the folder ${storeFolder}/generations/${encodeURIComponent(key)} of the mirror; to go back to what was published last, remove ${key}; then run the command again`;
}
