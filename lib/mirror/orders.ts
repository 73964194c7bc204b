import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { architecturesOf } from '../catalog/kernels';
import { MirrorError } from '../errors';
import { checked } from '../job/checked';
import { MirrorConfig, ordersOf } from '../job/config';
import type { Order } from '../job/order';
import type { MaasMirrorProps } from './maas-mirror-props';
import type { MirrorView } from './mirror-view';

/**
 * Everything that a mirror is to build when it looks for news.
 * @throws BadInput (misuse) naming the property; UnknownKernel and the like for what a release does not have
 */
export function ordersOfProps(props: MaasMirrorProps): Order[] {
  const views = viewsOf(props);
  if (views.every(({ releases = [] }) => releases.length === 0)) return [];
  const config = checked(
    MirrorConfig,
    { views: Object.fromEntries(views.map((view) => [view.name, wordsOf(view, props)])), places: placesOf(props) },
    'the properties of the mirror',
  );
  return ordersOf(config, { ...filesBeside(process.cwd()), ownArchitecture: firstArchitecture }).map((order) => ({
    ...order,
    places: { ...order.places, ...keyringsOf(props) },
  }));
}

/** How files that a configuration names are read; keyrings have to be binary. */
export function filesBeside(folder: string) {
  const read = (path: string) => readFile(resolve(folder, path));
  return { read, keyring: (path: string) => binary(path, read(path)) };
}

/** The configuration's file itself. */
export function readConfigText(path: string): { readonly text: string; readonly folder: string } {
  return { text: readFile(resolve(path)).toString('utf8'), folder: dirname(resolve(path)) };
}

function viewsOf({ views, releases }: MaasMirrorProps): readonly MirrorView[] {
  if (views !== undefined) {
    const names = views.map(({ name }) => name);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined) throw misuse(`the property views names ${JSON.stringify(twice)} twice`);
    return views;
  }
  return releases === undefined ? [] : [{ name: 'candidate', releases }];
}

function wordsOf(view: MirrorView, { architectures }: MaasMirrorProps): object {
  const { releases = [], requiredKernels, optionalKernels, bootTest, bootloaders } = view;
  const wanted = view.architectures ?? architectures;
  const customise = customiseOf(view);
  return {
    releases: namesOf(releases),
    ...(wanted !== undefined && { architectures: namesOf(wanted) }),
    ...((requiredKernels ?? optionalKernels) !== undefined && {
      kernels: { required: namesOf(requiredKernels), optional: namesOf(optionalKernels) },
    }),
    ...(customise !== undefined && { customise }),
    ...(bootTest !== undefined && { bootTest }),
    ...(bootloaders !== undefined && { bootloaders }),
  };
}

function customiseOf({ repositories = [], proposed = [], packages = [], purge = [] }: MirrorView): object | undefined {
  if ([repositories, proposed, packages, purge].every((list) => list.length === 0)) return undefined;
  return { repositories, proposed: proposed.includes('all') ? 'all' : proposed, packages, purge };
}

/** Keyrings are files in a configuration; here they are given. */
function placesOf({ places = {} }: MaasMirrorProps): object {
  const { streamKeyring, archiveKeyring, ca, ...words } = places;
  return words;
}

function keyringsOf({ places = {} }: MaasMirrorProps): Partial<Order['places']> {
  const { streamKeyring, archiveKeyring, ca } = places;
  return {
    ...(streamKeyring !== undefined && { streamKeyring }),
    ...(archiveKeyring !== undefined && { archiveKeyring }),
    ...(ca !== undefined && { ca }),
  };
}

const namesOf = (list: readonly { readonly name: string }[] = []) => list.map(({ name }) => name);

/** Of a view that names none, in a mirror that names none. */
export function firstArchitecture(release: string): string {
  const [first = 'amd64'] = architecturesOf(release);
  return architecturesOf(release).includes('amd64') ? 'amd64' : first;
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw misuse(`${path} cannot be read: ${(cause as Error).message}`);
  }
}

function binary(path: string, bytes: Buffer): Buffer {
  if (!bytes.subarray(0, 5).equals(Buffer.from('-----'))) return bytes;
  throw misuse(`${path} is an armoured keyring`, 'make it binary: gpg --dearmor < it');
}

function misuse(message: string, hint = 'see the properties of MaasMirror'): MirrorError {
  return new MirrorError('BadInput', message, { hint, misuse: true });
}
