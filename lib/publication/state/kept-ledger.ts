import { newestOf } from '../../simplestreams/merge';
import { sameJson } from '../../simplestreams/same-json';
import { byBytes } from '../../simplestreams/version-order';
import { highest } from './highest';
import type { Ledger, LedgerRow } from './ledger';
import { contentDigest } from './product-key';
import { isSamePart, type ProductPart, partsOf, versionsOf } from './product-parts';
import type { Shelf } from './shelf';
import type { ViewContent } from './view-content';

/** Names that left, whose content is remembered per product. */
const mostGone = 64;

type Kept = Pick<ViewContent, 'documents' | 'shelf' | 'ledger'>;

/**
 * The ledger after a change: names that left are remembered with their content, clocks begin for what is new, and nothing
 * that was remembered is lost, whatever the change gave. Rows, and the ledger, are the same objects where nothing changed.
 */
export function keptLedger(before: Kept, next: Kept, at: Date): Ledger {
  const [old, now] = [partsOf(before), partsOf(next)];
  const products: Record<string, LedgerRow> = { ...before.ledger.products };
  let isChanged = next.ledger !== before.ledger && !sameJson(headOf(next.ledger), headOf(before.ledger));
  const rows = [...Object.keys(before.ledger.products), ...Object.keys(next.ledger.products)];
  for (const id of new Set([...old.keys(), ...now.keys(), ...rows])) {
    const row = before.ledger.products[id];
    const given = next.ledger.products[id] ?? row;
    if (row !== undefined && row === given && isSamePart(old.get(id), now.get(id))) continue;
    const kept = keptRow({ ...old.get(id), row }, { ...now.get(id), row: given }, at);
    if (row !== undefined && sameJson(row, kept)) continue;
    products[id] = kept;
    isChanged = true;
  }
  return isChanged ? { ...next.ledger, products } : before.ledger;
}

/**
 * The ledger of a view that has none yet.
 * @param at when its versions count as published: the date of its index
 */
export function seededLedger(documents: ViewContent['documents'], shelf: Shelf, ledger: Ledger, at: Date): Ledger {
  return keptLedger(
    { documents: new Map(), shelf: { ...shelf, products: {} }, ledger },
    { documents, shelf, ledger },
    at,
  );
}

/** A time as state, ledger and history have it: `2026-11-20T08:41:02Z`. */
export function timeText(at: Date): string {
  return at.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** What a view has of one product, and what it remembers of it. */
type Part = Partial<ProductPart> & { readonly row: LedgerRow | undefined };

function keptRow(was: Part, is: Part, at: Date): LedgerRow {
  const [before, there] = [namesOf(was), namesOf(is)];
  const gone = goneOf(was, is, before, there);
  const offered = new Set(Object.values(is.product?.versions ?? {}).map(contentDigest));
  const since = { ...was.row?.since, ...is.row?.since };
  const known = new Set([...there.values(), ...Object.values(gone.gone)]);
  const attested = Object.entries({ ...was.row?.attested, ...is.row?.attested });
  const removed = removedOf(was, is, known);
  const { removed: _given, ...given } = is.row ?? {};
  return {
    ...given,
    top: highest([...tops(was), ...tops(is), ...before.keys(), ...there.keys()]) ?? '',
    ...gone,
    since: Object.fromEntries([...offered].map((content) => [content, since[content] ?? sinceText(was, at)])),
    attested: Object.fromEntries(attested.filter(([content]) => known.has(content))),
    ...(removed.length > 0 && { removed }),
  };
}

/** After all that was taken back before, even if the clocks of publisher and operator differ: a restoration compares both. */
function sinceText({ shelved }: Part, at: Date): string {
  const takenBack = Object.values(shelved?.versions ?? {})
    .filter(({ why }) => why === 'withdrawn')
    .map(({ since }) => Date.parse(since) + 1000);
  return timeText(new Date(Math.max(at.getTime(), ...takenBack)));
}

/** What was removed by name, until it is the newest again. */
function removedOf(was: Part, is: Part, known: ReadonlySet<string>): string[] {
  const newest = newestOf(is.product);
  const now = newest && contentDigest(newest.version);
  const removed = new Set([...(was.row?.removed ?? []), ...(is.row?.removed ?? [])]);
  return [...removed].filter((content) => known.has(content) && content !== now).sort(byBytes);
}

function goneOf(was: Part, is: Part, before: Names, there: Names): Pick<LedgerRow, 'gone' | 'forgotten'> {
  const names = new Map([...Object.entries(was.row?.gone ?? {}), ...Object.entries(is.row?.gone ?? {}), ...before]);
  const highestFirst = [...names].filter(([name]) => !there.has(name)).sort(([a], [b]) => byBytes(b, a));
  const fallen = highestFirst.slice(mostGone).map(([name]) => name);
  const forgotten = highest([was.row?.forgotten, is.row?.forgotten, ...fallen].filter((name) => name !== undefined));
  return { gone: Object.fromEntries(highestFirst.slice(0, mostGone)), ...(forgotten !== undefined && { forgotten }) };
}

const tops = ({ row }: Part) => (row === undefined ? [] : [row.top]);

type Names = ReadonlyMap<string, string>;

/** The content of each name. */
function namesOf({ product, shelved }: Part): Names {
  const versions = versionsOf({ product, shelved });
  return new Map(versions.map(([name, version]) => [name, contentDigest(version)]));
}

function headOf({ products, ...head }: Ledger): object {
  return head;
}
