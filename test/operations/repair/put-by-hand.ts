import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import type { Store } from '../../../lib/store/store';

/** Puts or removes a file as people do: a directory then knows nothing of it. */
export async function putByHand(store: Store, key: string, bytes: Buffer | undefined): Promise<void> {
  if (store instanceof DirectoryStore) {
    const path = join(store.root, key);
    if (bytes === undefined) rmSync(path);
    else writeFileSync(path, bytes);
  } else if (bytes === undefined) await store.remove(key);
  else await store.replace(key, bytes, { contentType: 'text/plain; charset=utf-8' });
}
