import { type Marks, readMarks } from '../publication/read-marks';
import { readView } from '../publication/read-view';
import { emptyShelf } from '../publication/state/shelf';
import type { ViewState } from '../publication/state/view-state';
import type { Withdrawal } from '../publication/state/withdrawal';
import { WithdrawnIndex } from '../publication/state/withdrawals';
import { viewsOf } from '../publication/views';
import { decisionsOfAll, isOfView, withdrawalsIn } from '../publication/withdrawn-everywhere';
import type { Product } from '../simplestreams/types';
import { byBytes } from '../simplestreams/version-order';
import { HttpStore } from '../store/http/http';
import type { Store } from '../store/store';
import { eachView, noIndexError, type OnUnread } from './each-view';
import { type MirrorRow, rowOf } from './list-rows';

export type { MirrorRow };

/** A view, with its versions, newest first. */
export interface ListedView {
  readonly view: string;
  /** What was decided about it. @default - it cannot be read, such as that of a newer release */
  readonly state?: ViewState;
  /** Also of versions that the documents do not offer: pending and withdrawn ones. */
  readonly rows: readonly MirrorRow[];
}

export interface ListOptions {
  /** @default all */
  readonly views?: readonly string[];
  /** Called with a view that is left out, since it cannot be read. @default - none is: the error is thrown */
  readonly onUnread?: OnUnread;
}

/**
 * The versions that a mirror offers, newest first. They are read, not verified.
 * @throws BadFormat if an index or document cannot be read; NoSuchObject if one is missing
 */
export async function listMirror(store: Store, options: ListOptions = {}): Promise<MirrorRow[]> {
  const listed = await listViews(store, options);
  return listed.flatMap(({ rows }) => rows.filter(({ state }) => state === 'offered')).sort(newestFirst);
}

/**
 * The views of a mirror, with everything that they offer, hold back or have taken back. They are read, not verified.
 * @throws BadFormat if an index or document cannot be read; NoSuchObject if one is missing
 */
export async function listViews(store: Store, { views, onUnread }: ListOptions = {}): Promise<ListedView[]> {
  const names = views ?? (await viewsOf(store));
  const withdrawals = await withdrawalsOf(store, names);
  return eachView(names, async (view) => listed(await readOne(store, view), withdrawals), onUnread);
}

/**
 * The withdrawals of all views: they bind those that are listed, too. Over HTTP, views cannot be listed, so only the marks of
 * the views that are named are known. Those that cannot be read are for `verify` to report.
 */
async function withdrawalsOf(store: Store, names: readonly string[]): Promise<readonly Withdrawal[]> {
  const reading = { mirror: store, unchecked: true };
  const found = await decisionsOfAll(reading, store instanceof HttpStore ? names : undefined);
  const broken = found.find((one) => one.status === 'rejected' && !isOfView(one.reason));
  if (broken?.status === 'rejected') throw broken.reason;
  return withdrawalsIn(found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
}

interface Found {
  readonly view: string;
  readonly products: readonly (readonly [id: string, product: Product])[];
  readonly marks: Marks | undefined;
}

async function readOne(store: Store, view: string): Promise<Found> {
  const { index, documents } = await readView(view, { mirror: store, unchecked: true });
  if (index === undefined) throw noIndexError(store, view);
  const products = [...documents.values()].flatMap(({ document }) => Object.entries(document.products));
  return { view, products, marks: await readMarks(view, { mirror: store }) };
}

function listed({ view, products, marks }: Found, withdrawals: readonly Withdrawal[]): ListedView {
  const withdrawn = new WithdrawnIndex(view, withdrawals);
  const rowsOf = { view, withdrawn, state: marks?.state ?? { holds: [] } };
  const offered = products.flatMap(([id, product]) => {
    const of = { ...rowsOf, id, product, row: marks?.ledger.products[id] };
    return Object.entries(product.versions).map(([name, version]) => rowOf(of, name, version));
  });
  const shelved = Object.entries((marks?.shelf ?? emptyShelf).products).flatMap(([id, { fields, versions }]) => {
    const product = { ...fields, versions: {} } as Product;
    const of = { ...rowsOf, id, product, row: marks?.ledger.products[id] };
    return Object.entries(versions).map(([name, { why, version }]) =>
      rowOf(of, name, version, why === 'held' ? 'pending' : 'withdrawn'),
    );
  });
  const rows = [...offered, ...shelved].sort(newestFirst);
  return { view, ...(marks && { state: marks.state }), rows };
}

/** By version, then by view, os, release, architecture and kernel. */
function newestFirst(a: MirrorRow, b: MirrorRow): number {
  if (a.version !== b.version) return byBytes(b.version, a.version);
  const place = (row: MirrorRow) => [row.view, row.os, row.releaseVersion, row.architecture, row.product].join('\n');
  return byBytes(place(a), place(b));
}
