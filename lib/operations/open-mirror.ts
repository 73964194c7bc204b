/* operations: what an operator does with a published mirror; one file per command is at the top. */

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
  /** The views that the caller or the address names; left out: all that the store has. */
  readonly views?: readonly string[];
}

/**
 * Opens a mirror for reading, where its address is given as people copy it. A bucket is always given whole. An HTTP
 * address or a directory may be of the mirror (`http://host/`) or, as MAAS is given it, of one view
 * (`http://host/candidate/`): a view is known by its own `streams/v1/index.sjson`, and the mirror with its keyring is
 * then above it, so that keys and messages are the same for both. A directory may be a copy of views without the pool.
 * @param views those that the caller asks for: then the address is the mirror's @default that of the address, or all
 * @throws what openStore throws; BadInput (misuse) for views that a folder or bucket does not have; NotSupported for a view that has nothing above it
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

/** Over HTTP nothing can say which views there are. */
async function refuseMisspelt(store: Store, views: readonly string[]): Promise<void> {
  if (store instanceof HttpStore) return;
  const found = await Promise.all(views.map((view) => store.read(mirror.index(view))));
  if (found.every((index) => index !== undefined)) return;
  const there = await viewsOf(store); // also those that lost their index.sjson, which is for verify to say
  const misspelt = views.find((view) => !there.includes(view));
  if (misspelt === undefined) return;
  const has = there.length === 0 ? 'it has none yet' : `it has ${there.join(', ')}`;
  throw new MirrorError('BadInput', `${store.name} has no view ${JSON.stringify(misspelt)}; ${has}`, {
    hint: 'name one of its views, or leave --view out',
    misuse: true,
  });
}

/**
 * `http://host/a/candidate/` → base `http://host/a/`, view `candidate`; frozen views have the form `snapshots/<id>`.
 * @throws NotSupported where the view is the whole server: its keyring and its neighbours cannot be reached
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
  throw new MirrorError('NotSupported', `${whole} is a view without the mirror that it belongs to`, {
    hint: 'serve the folder above it, with keyring.gpg and pool/ in it',
  });
}
