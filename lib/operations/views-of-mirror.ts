import { MirrorError } from '../errors';
import { mirror as layout } from '../job/layout';
import { bySelection, downloadOf } from '../publication/offers/downloads';
import { type Marks, readMarks } from '../publication/read-marks';
import { readView } from '../publication/read-view';
import { highest } from '../publication/state/highest';
import type { Hold } from '../publication/state/holds';
import { emptyState } from '../publication/state/state-document';
import type { ViewKind, ViewSource } from '../publication/state/view-state';
import { viewsOf } from '../publication/views';
import type { Products } from '../simplestreams/types';
import { byBytes } from '../simplestreams/version-order';
import type { Store } from '../store/store';
import { eachView, noIndexError, type OnUnread } from './each-view';

/** A view of a mirror, as a whole. */
export interface ViewSummary {
  readonly view: string;
  /** @default - its state is lost, or cannot be read */
  readonly kind?: ViewKind;
  /** @default - its recipe, or promotions by hand */
  readonly source?: ViewSource;
  /** The highest name of a version that it offers. @default - it offers none */
  readonly newest?: string;
  /** Bytes of all files that it offers; versions share files. */
  readonly size: number;
  readonly holds: readonly Hold[];
  /** Number of versions that wait because of a hold. */
  readonly pending: number;
  /** Number of withdrawals that it records. */
  readonly withdrawals: number;
  /** What one MAAS downloads for each release and architecture; the last is for bootloaders. */
  readonly downloads: readonly ViewDownload[];
}

export interface ViewDownload {
  /** `noble`, or `bootloaders`. */
  readonly release: string;
  readonly architecture: string;
  /** Bytes for a MAAS that has nothing, and for one that has the version before. */
  readonly all: number;
  readonly fresh: number;
}

/**
 * The views of a mirror. They are read, not verified.
 * @param names @default all
 * @param onUnread called with a view that is left out, since it cannot be read @default - none is: the error is thrown
 * @throws NoSuchView (misuse); BadFormat, NoSuchObject
 */
export async function viewsOfMirror(
  store: Store,
  names?: readonly string[],
  onUnread?: OnUnread,
): Promise<ViewSummary[]> {
  return eachView(names ?? (await viewsOf(store)), (view) => summaryOf(store, view), onUnread);
}

async function summaryOf(store: Store, view: string): Promise<ViewSummary> {
  const { index, documents } = await readView(view, { mirror: store, unchecked: true });
  if (index === undefined) {
    if ((await store.read(layout.plainIndex(view))) !== undefined) throw noIndexError(store, view);
    throw new MirrorError('NoSuchView', `${store.name} has no view ${JSON.stringify(view)}`, {
      hint: '`maas-mirror view list` lists its views',
      misuse: true,
    });
  }
  const marks = await readMarks(view, { mirror: store });
  const all = [...documents.values()].map(({ document }) => document);
  const isUnknown = marks === undefined && 'state' in index;
  const { kind, ...rest } = decided(view, marks);
  return { ...(!isUnknown && { kind }), ...rest, ...offered(all) };
}

function decided(view: string, marks: Marks | undefined) {
  const { kind, source, holds, withdrawals } = marks?.state ?? emptyState(view);
  const shelved = Object.values(marks?.shelf.products ?? {}).flatMap(({ versions }) => Object.entries(versions));
  const pending = new Set(shelved.filter(([, { why }]) => why === 'held').map(([name]) => name)).size;
  return { view, kind, ...(source && { source }), holds, pending, withdrawals: withdrawals.length };
}

function offered(documents: readonly Products[]): Pick<ViewSummary, 'newest' | 'size' | 'downloads'> {
  const products = documents.flatMap((document) => Object.values(document.products));
  const versions = products.flatMap((product) => Object.entries(product.versions));
  const items = versions.flatMap(([, version]) => Object.values(version.items));
  const sizes = new Map(items.map(({ sha256, size }) => [sha256, size]));
  const newest = highest(versions.map(([name]) => name));
  return {
    ...(newest !== undefined && { newest }),
    size: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    downloads: downloadsOf(documents),
  };
}

function downloadsOf(documents: readonly Products[]): ViewDownload[] {
  const products = documents.flatMap((document) => Object.values(document.products));
  const isLoader = (one: (typeof products)[number]) => one['bootloader-type'] !== undefined;
  const selections = [...bySelection(documents)].sort(([one], [other]) => byBytes(one, other));
  const images = selections.flatMap(([, parts]): ViewDownload[] => {
    const [one] = parts.flatMap((part) => Object.values(part.products)).filter((product) => !isLoader(product));
    const { release = '', arch = '' } = one ?? {};
    return one === undefined ? [] : [{ release, architecture: arch, ...downloadOf(parts) }];
  });
  const loaders = products.filter(isLoader);
  if (loaders.length === 0) return images;
  const only = { ...(documents[0] as Products), products: Object.fromEntries(loaders.map((one, at) => [at, one])) };
  return [...images, { release: 'bootloaders', architecture: 'all', ...downloadOf([only]) }];
}
