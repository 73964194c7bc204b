import { MirrorError } from '../../errors';
import type { Store } from '../../store/store';

/**
 * Writes an object into the work store as stages do (If-None-Match: *), reads it back, and tries to write another one
 * without that header, which must be denied to the role of a build. Both are below a folder of the probe's own, which
 * expires with everything in the work bucket.
 * @throws NotSupported if the second write is accepted; the store's error for the first
 */
export async function conditionalWrites(store: Store, folder: string): Promise<string> {
  const bytes = Buffer.from('written by maas-mirror doctor\n');
  await store.create(`${folder}/with-condition`, bytes);
  const back = await store.read(`${folder}/with-condition`);
  if (back === undefined || !back.bytes.equals(bytes)) {
    throw new MirrorError('StoreFailed', `${store.name} returned other bytes than were written`);
  }
  if (await isRefused(() => store.replace(`${folder}/without-condition`, bytes, {}))) {
    return 'an object was written and read back; a write without If-None-Match was refused';
  }
  throw new MirrorError('NotSupported', 'a write without If-None-Match was accepted: builds can overwrite objects');
}

async function isRefused(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return false;
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'AccessDenied') return true;
    throw error;
  }
}
