import type { Store } from '../store';
import type { DirectoryStore } from './directory';
import type { Standing } from './generations';

/** A directory as it is with what it wrote last under a key, if that is not visible any more; otherwise undefined. */
export async function withNewest(
  mirror: DirectoryStore,
  key: string,
  hidden: readonly Standing[] = ['restored', 'missing'],
): Promise<Store | undefined> {
  if (!hidden.includes((await mirror.standing(key)).standing)) return undefined;
  const bytes = await mirror.newest(key);
  if (bytes === undefined) return undefined;
  const read: Store['read'] = async (other) => (other === key ? { bytes, tag: 'newest' } : mirror.read(other));
  return Object.assign(Object.create(mirror) as Store, { read });
}

/** Whether an older version is visible of what the directory removed last: it was put back by hand. */
export async function isRemovedLast(mirror: DirectoryStore, key: string): Promise<boolean> {
  return (await mirror.standing(key)).standing === 'restored' && (await mirror.newest(key)) === undefined;
}
