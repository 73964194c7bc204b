import { mirror as layout } from '../../job/layout';
import type { DirectoryStore } from '../../store/directory/directory';

/** Makes visible again what the store wrote last about a deleted view: an older note would lift later withdrawals. */
export async function returnTombstone(view: string, mirror: DirectoryStore): Promise<void> {
  const key = layout.tombstone(view);
  await mirror.finish(key);
  const visible = await mirror.read(key);
  if (visible === undefined || (await mirror.standing(key)).standing !== 'restored') return;
  const newest = await mirror.newest(key);
  if (newest === undefined) await mirror.remove(key);
  else await mirror.settleOnVisible(key, visible.tag, newest);
}
