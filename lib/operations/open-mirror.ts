import { MirrorError } from '../errors';
import { HttpStore } from '../store/http';
import { openStore } from '../store/open';
import type { Store } from '../store/store';

export interface OpenedMirror {
  readonly store: Store;
  /** The views that the caller or the address names; left out: all that the store has. */
  readonly views?: readonly string[];
}

/**
 * Opens a mirror for reading, where its address is given as people copy it. A directory or bucket is always given
 * whole. An HTTP address may be of the mirror (`http://host/`) or, as MAAS is given it, of one view
 * (`http://host/candidate/`): a view is known by its own `streams/v1/index.sjson`, and the mirror with its keyring then
 * lies above it, so that keys and messages are the same for both.
 * @param views those that the caller asks for: then the address is the mirror's @default that of the address, or all
 * @throws what openStore throws; NotSupported for a view that has nothing above it
 */
export async function openMirror(address: string, views?: readonly string[]): Promise<OpenedMirror> {
  const store = await openStore(address);
  if (views !== undefined) return { store, views };
  if (!(store instanceof HttpStore) || (await store.read('streams/v1/index.sjson')) === undefined) return { store };
  const { base, view } = splitViewAddress(address);
  return { store: await openStore(base), views: [view] };
}

/**
 * `http://host/a/candidate/` → base `http://host/a/`, view `candidate`; frozen views have the form `snapshots/<id>`.
 * @throws NotSupported where the view is the whole server: its keyring and its neighbours cannot be reached
 */
export function splitViewAddress(address: string): { base: string; view: string } {
  const url = new URL(address);
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  const view = segments.splice(segments.at(-2) === 'snapshots' ? -2 : -1);
  if (view.length === 0) {
    throw new MirrorError('NotSupported', `${url.host} serves a view and not the mirror that it belongs to`, {
      hint: 'let the server serve the folder above, with keyring.gpg and pool/ in it',
    });
  }
  url.pathname = ['', ...segments, ''].join('/');
  return { base: url.href, view: view.join('/') };
}
