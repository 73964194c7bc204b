import { MirrorError } from '../errors';
import { mirror as layout } from '../job/layout';
import { changeView } from './change-view';
import type { KeyChange } from './press';
import { isByFormer, readView } from './read-view';

/**
 * Re-signs a view: its unchanged documents get new names, then the index moves to them. After a crash, call it again to
 * continue.
 * @returns false if the new key had signed everything already
 * @throws BadSignature if neither key has signed the view; NoSuchObject if it has no index
 */
export async function signView(view: string, change: KeyChange): Promise<boolean> {
  if ((await change.mirror.read(layout.index(view))) === undefined) throw noIndex(view, change);
  return changeView(view, () => undefined, change);
}

/** Whether the new key has signed the index and every document of a view. */
export async function isSignedByNext(view: string, change: KeyChange): Promise<boolean> {
  const found = await readView(view, change);
  if (found.index === undefined) throw noIndex(view, change);
  return !isByFormer(found);
}

function noIndex(view: string, { mirror }: KeyChange): MirrorError {
  return new MirrorError('NoSuchObject', `${mirror.name} has no ${layout.index(view)}`, {
    hint: 'restore it from a backup or another copy of the mirror; `maas-mirror verify` lists all missing files',
  });
}
