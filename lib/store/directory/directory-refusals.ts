import { MirrorError } from '../../errors';
import type { Measured } from '../digest';
import { storeFolder } from '../key';
import type { Current } from './generations';

/** @param there the sha256 of the existing file; undefined: not a file. @throws ObjectExists if it differs */
export function checkSame(path: string, there: string | undefined, { sha256 }: Measured): void {
  if (there === sha256) return;
  const what = there === undefined ? 'is a folder, or is below a file' : `already exists with sha256 ${there}`;
  throw new MirrorError('ObjectExists', `${path} ${what}; cannot write sha256 ${sha256} there`, {
    hint: 'objects never change; build a new version instead',
  });
}

/** @throws PreconditionFailed, and errors of checkOwn */
export function checkCondition(path: string, key: string, current: Current, ifMatch: string | null | undefined): void {
  if (ifMatch === undefined) return;
  checkVisible(path, current, ifMatch);
  checkOwn(path, key, current);
}

/** @throws PreconditionFailed if the visible file is not this one */
export function checkVisible(path: string, { object }: Current, expected: string | null): void {
  const tag = object?.tag ?? null;
  if (tag === expected) return;
  throw new MirrorError('PreconditionFailed', `${path} is ${tag ?? 'missing'}, expected ${expected ?? 'missing'}`, {
    hint: 'another process changed it first; read it again and repeat the change',
  });
}

/** @throws ChecksumMismatch if the visible file is not what this tool wrote last */
export function checkOwn(path: string, key: string, { object, standing }: Current): void {
  const seen = {
    restored: `is an older version (sha256 ${object?.tag}) than maas-mirror wrote last; it was probably restored from a backup`,
    foreign: `was changed by something other than maas-mirror (sha256 ${object?.tag})`,
  };
  if (standing !== 'restored' && standing !== 'foreign') return;
  throw new MirrorError('ChecksumMismatch', `${path} ${seen[standing]}`, { hint: bothWays(key, standing) });
}

/** The refusal to copy an object that does not exist. */
export function lostObject(path: string): MirrorError {
  return new MirrorError('NoSuchObject', `${path} does not exist`, {
    hint: 'run `maas-mirror verify` to list everything that is missing; if it is part of an expired run, build again',
  });
}

/**
 * What to do if a mutable object is not what this tool wrote last. A restored index of a view is not kept by hand: what the
 * store remembers of it keeps later decisions in force.
 */
export function bothWays(key: string, standing: 'restored' | 'foreign'): string {
  const view = viewOfIndex(key);
  const deleted = key.match(/^(.+)\/streams\/v1\/deleted\.sjson$/)?.[1];
  if (standing === 'restored' && deleted !== undefined)
    return `to return to what was written last, run: maas-mirror repair ${deleted}`;
  if (standing === 'restored' && view !== undefined) {
    const repair = `run: maas-mirror repair ${view}`;
    return `to keep it, ${repair}; to return to what was published last, remove ${key} and ${repair}`;
  }
  return `to keep it, remove the folder ${storeFolder}/generations/${encodeURIComponent(key)} of the mirror; to return to what was published last, remove ${key}; then run the command again`;
}

/** The view that has this index; undefined for another object. */
export function viewOfIndex(key: string): string | undefined {
  return key.match(/^(.+)\/streams\/v1\/index\.sjson$/)?.[1];
}
