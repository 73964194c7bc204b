/* operations: what an operator does with a published mirror. */

import { MirrorError } from '../errors';
import { mirror } from '../job/layout';
import { viewsOf } from '../publication/views';
import { DirectoryStore } from '../store/directory/directory';
import { indexOfView } from '../store/directory/mirror-directory';
import { HttpStore } from '../store/http/http';
import { openStore } from '../store/open';
import type { Store } from '../store/store';

export interface OpenedMirror {
  readonly store: Store;
  /** The views that the caller or the address names. @default - all in the store */
  readonly views?: readonly string[];
}

/**
 * Opens a mirror for reading, by its own address or that of a view. A bucket is always the whole mirror. An HTTP address or
 * a directory may be the mirror (`http://host/`) or one view, as given to MAAS (`http://host/candidate/`): a view has its
 * own `streams/v1/index.sjson`, and the mirror with its keyring is above it, so that keys and messages are the same for
 * both. A directory may be a copy of views without the pool.
 * @param views the views to read; the address must then be the mirror's @default - that of the address, or all
 * @throws what openStore throws; BadInput (misuse) for views that a folder or bucket does not have; NotSupported for a view without a mirror above it
 */
export async function openMirror(address: string, views?: readonly string[]): Promise<OpenedMirror> {
  const store = await openStore(address, { copies: true });
  if (views !== undefined) {
    await refuseMisspelt(store, views);
    return { store, views };
  }
  const mayBeView = store instanceof HttpStore || store instanceof DirectoryStore;
  if (!mayBeView || (await store.read(indexOfView)) === undefined) return { store };
  if (store instanceof DirectoryStore) {
    const { above, view } = splitView(store.root.split('/').filter(Boolean), store.root);
    return { store: new DirectoryStore(`/${above.join('/')}`), views: [view] };
  }
  const { base, view } = splitViewAddress(address);
  return { store: await openStore(base), views: [view] };
}

/** Over HTTP, views cannot be listed. */
async function refuseMisspelt(store: Store, views: readonly string[]): Promise<void> {
  if (store instanceof HttpStore) return;
  const found = await Promise.all(views.map((view) => store.read(mirror.index(view))));
  if (found.every((index) => index !== undefined)) return;
  const there = await viewsOf(store); // also views that lost their index.sjson: verify reports that
  const misspelt = views.find((view) => !there.includes(view));
  if (misspelt === undefined) return;
  const has = there.length === 0 ? 'it has no views yet' : `it has ${there.join(', ')}`;
  throw new MirrorError('BadInput', `${store.name} has no view ${JSON.stringify(misspelt)}; ${has}`, {
    hint: 'check the name of the view',
    misuse: true,
  });
}

/**
 * `http://host/a/candidate/` → base `http://host/a/`, view `candidate`; frozen views have the form `snapshots/<id>`.
 * @throws NotSupported if the view is the root of the server: the keyring and other views cannot be reached
 */
export function splitViewAddress(address: string): { base: string; view: string } {
  const url = new URL(address);
  const { above, view } = splitView(url.pathname.split('/').filter(Boolean), url.host);
  url.pathname = ['', ...above, ''].join('/');
  return { base: url.href, view };
}

function splitView(segments: string[], whole: string): { above: string[]; view: string } {
  const from = segments.at(-2) === 'snapshots' ? -2 : -1;
  const view = segments.slice(from);
  if (view.length > 0) return { above: segments.slice(0, from), view: view.join('/') };
  throw new MirrorError('NotSupported', `${whole} is a view, without the mirror that it belongs to`, {
    hint: 'serve its parent folder, which contains keyring.gpg and pool/',
  });
}
