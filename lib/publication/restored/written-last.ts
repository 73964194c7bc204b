import { mirror as layout } from '../../job/layout';
import type { DirectoryStore } from '../../store/directory/directory';
import type { Standing } from '../../store/directory/generations';
import type { Store } from '../../store/store';

/** A directory as it is with the index that it wrote last, if the visible one was restored or removed; otherwise undefined. */
export async function asWrittenLast(
  view: string,
  mirror: DirectoryStore,
  hidden: readonly Standing[] = ['restored', 'missing'],
): Promise<Store | undefined> {
  return withNewest(layout.index(view), mirror, hidden);
}

/** The same with what was left of a deleted view. */
export async function withTombstoneOf(view: string, mirror: DirectoryStore): Promise<Store | undefined> {
  return withNewest(layout.tombstone(view), mirror, ['unfinished', 'missing', 'restored']);
}

/** Whether an index is visible that was put back by hand after the store removed it, which only a deletion does. */
export async function isRemovedLast(view: string, mirror: DirectoryStore): Promise<boolean> {
  const key = layout.index(view);
  return (await mirror.standing(key)).standing === 'restored' && (await mirror.newest(key)) === undefined;
}

async function withNewest(
  key: string,
  mirror: DirectoryStore,
  hidden: readonly Standing[],
): Promise<Store | undefined> {
  if (!hidden.includes((await mirror.standing(key)).standing)) return undefined;
  const bytes = await mirror.newest(key);
  if (bytes === undefined) return undefined;
  const read: Store['read'] = async (other) => (other === key ? { bytes, tag: 'newest' } : mirror.read(other));
  return Object.assign(Object.create(mirror) as Store, { read });
}
