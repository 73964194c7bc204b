import { bootloadersRequest } from '../../job/job';
import { writeJson } from '../../simplestreams/json';
import type { Product } from '../../simplestreams/types';
import { byBytes } from '../../simplestreams/version-order';
import { highest } from './highest';
import type { Decided, HistoryChange } from './history';
import type { Hold } from './holds';
import type { Attestation, LedgerRow } from './ledger';
import { contentDigest, fieldsOfKey, maasName, productKey } from './product-key';
import { isSamePart, type ProductPart, partsOf, versionsOf } from './product-parts';
import type { ViewContent } from './view-content';
import type { Withdrawal } from './withdrawal';

/** What changed in the products of a view. Products that changed in the same way are told once. */
export function changesBetween(before: ViewContent, next: ViewContent): HistoryChange[] {
  const groups = new Map<string, { products: string[]; change: Omit<HistoryChange, 'products'> }>();
  for (const [id, was, is] of changedParts(before, next)) {
    const change = changeOf(was, is);
    if (Object.values(change).every((names) => names.length === 0)) continue;
    const group = groups.get(JSON.stringify(change)) ?? { products: [], change };
    group.products.push(keyOf(id, is, was));
    groups.set(JSON.stringify(change), group);
  }
  return [...groups.values()].map(({ products, change }) => ({ products: products.sort(byBytes), ...change }));
}

/** What was decided, and lifted: withdrawals, holds, the source of the view, and results of checks. */
export function decisionsBetween(before: ViewContent, next: ViewContent): string[] {
  const [old, now] = [before.state, next.state];
  const source = writeJson({ of: old.source, kind: old.kind }) === writeJson({ of: now.source, kind: now.kind });
  return [
    ...[...withdrawalsBetween(before, next), ...holdsBetween(before, next)].map(({ decision }) => decision),
    ...(source ? [] : [`source ${JSON.stringify(now.source ?? now.kind)}`]),
    ...new Set(resultsBetween(before, next).map(({ decision }) => decision)),
  ];
}

/** What these decisions are about, except the source of the view. */
export function decidedBetween(before: ViewContent, next: ViewContent): Decided[] {
  return [
    ...withdrawalsBetween(before, next),
    ...holdsBetween(before, next),
    ...together(resultsBetween(before, next)),
  ];
}

function withdrawalsBetween({ state: { withdrawals: old } }: ViewContent, next: ViewContent): Decided[] {
  const now = next.state.withdrawals;
  return [
    ...newIn(now, old).map((one) => withdrawalAs(`withdrawn ${one.id}`, one)),
    ...newIn(old, now).map((one) => withdrawalAs(`withdrawal ${one.id} lifted`, one)),
    ...alteredIn(old, now).map((one) => withdrawalAs(`withdrawal ${one.id} changed`, one)),
  ];
}

function holdsBetween({ state: { holds: old } }: ViewContent, { state: { holds: now } }: ViewContent): Decided[] {
  return [
    ...newIn(now, old).map((one) => holdAs(`hold ${one.id}`, one)),
    ...newIn(old, now).map((one) => holdAs(`hold ${one.id} lifted`, one)),
    ...alteredIn(old, now).map((one) => holdAs(`hold ${one.id} changed`, one)),
  ];
}

function withdrawalAs(decision: string, one: Withdrawal): Decided {
  const { release, version, architectures, flavours, everywhere } = one;
  return { decision, release, version, architectures, flavours, ...(everywhere && { everywhere }) };
}

function holdAs(decision: string, { release, architectures, flavours, at, until }: Hold): Decided {
  const end = { ...(at !== undefined && { at }), ...(until !== undefined && { until }) };
  return { decision, release, architectures, flavours, ...end };
}

/** Parts before and after, of products of which anything changed. */
function changedParts(
  before: ViewContent,
  next: ViewContent,
): (readonly [id: string, was: ProductPart, is: ProductPart])[] {
  const [old, now] = [partsOf(before), partsOf(next)];
  const ids = [...new Set([...old.keys(), ...now.keys()])].filter((id) => !isSamePart(old.get(id), now.get(id)));
  return ids.map((id) => [id, old.get(id) ?? noPart, now.get(id) ?? noPart] as const);
}

function changeOf(was: ProductPart, is: ProductPart): Omit<HistoryChange, 'products'> {
  const [old, now] = [was.product?.versions ?? {}, is.product?.versions ?? {}];
  const [waited, waiting] = [heldIn(was), heldIn(is)];
  const contents = new Set(Object.values(now).map(contentDigest));
  const freed = Object.keys(waited).filter((name) => !Object.hasOwn(waiting, name));
  return {
    added: missingIn(old, now),
    removed: missingIn(now, old),
    held: missingIn(waited, waiting),
    released: freed.filter((name) => contents.has(waited[name] ?? '')).sort(byBytes),
  };
}

/** Contents of the pending versions. */
function heldIn({ shelved }: ProductPart): Record<string, string> {
  const held = Object.entries(shelved?.versions ?? {}).filter(([, { why }]) => why === 'held');
  return Object.fromEntries(held.map(([name, { version }]) => [name, contentDigest(version)]));
}

function missingIn(one: object, other: object): string[] {
  return Object.keys(other)
    .filter((name) => !Object.hasOwn(one, name))
    .sort(byBytes);
}

function keyOf(id: string, ...parts: readonly ProductPart[]): string {
  const product = parts.find((part) => part.product !== undefined)?.product;
  const fields = parts.find(({ shelved }) => shelved !== undefined)?.shelved?.fields;
  if (product !== undefined) return productKey(product);
  return fields === undefined ? id : productKey({ ...fields, versions: {} } as Product);
}

function newIn<One extends { readonly id: string }>(some: readonly One[], others: readonly One[]): One[] {
  const known = new Set(others.map(({ id }) => id));
  return some.filter(({ id }) => !known.has(id));
}

/** Of a hold, its end or its version; of a withdrawal, what it is of. */
function alteredIn<One extends { readonly id: string }>(old: readonly One[], now: readonly One[]): One[] {
  const before = new Map(old.map((one) => [one.id, one]));
  return now.filter((one) => {
    const was = before.get(one.id);
    return was !== undefined && was !== one && writeJson(was) !== writeJson(one);
  });
}

/** `attested hw-lab: passed`, of each product. */
function resultsBetween(before: ViewContent, next: ViewContent): Decided[] {
  const news = Object.entries(next.ledger.products).filter(([id, row]) => before.ledger.products[id] !== row);
  if (news.length === 0) return [];
  const parts = partsOf(next);
  return news.flatMap(([id, row]) => newResults(before.ledger.products[id], row, id, parts.get(id)));
}

function newResults(old: LedgerRow | undefined, row: LedgerRow, id: string, part: ProductPart = noPart): Decided[] {
  return Object.entries(row.attested).flatMap(([content, results]) => {
    const known = new Set((old?.attested[content] ?? []).map((one) => writeJson(one)));
    const added = results.filter((one) => !known.has(writeJson(one)));
    return added.map((one) => resultAs(one, content, id, part));
  });
}

/** The version has its name in this view, which may be another one than where it was attested. */
function resultAs(
  { check, passed, version, link }: Attestation,
  content: string,
  id: string,
  part: ProductPart,
): Decided {
  const product = fieldsOfKey(keyOf(id, part));
  const names = versionsOf(part).flatMap(([name, one]) => (contentDigest(one) === content ? [name] : []));
  return {
    decision: `attested ${check}: ${passed ? 'passed' : 'failed'}`,
    release: product['bootloader-type'] === undefined ? (product.release ?? id) : bootloadersRequest,
    version: highest(names) ?? version,
    ...{ architectures: product.arch === undefined ? [] : [product.arch], flavours: [maasName(product)] },
    ...(link !== undefined && { link }),
  };
}

/** Products with the same result of the same version are told once. */
function together(results: readonly Decided[]): Decided[] {
  const groups = Map.groupBy(results, (one) => writeJson({ ...one, architectures: [], flavours: [] }));
  return [...groups.values()].flatMap((some) => {
    const [first] = some;
    const all = (words: readonly string[]) => [...new Set(words)].sort(byBytes);
    const architectures = all(some.flatMap((one) => one.architectures));
    return first === undefined ? [] : [{ ...first, architectures, flavours: all(some.flatMap((one) => one.flavours)) }];
  });
}

const noPart: ProductPart = { product: undefined, shelved: undefined };
