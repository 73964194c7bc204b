import { writeJson } from '../../simplestreams/json';
import type { Product } from '../../simplestreams/types';
import { byBytes } from '../../simplestreams/version-order';
import type { HistoryChange } from './history';
import type { LedgerRow } from './ledger';
import { contentDigest, productKey } from './product-key';
import { isSamePart, type ProductPart, partsOf } from './product-parts';
import type { ViewContent } from './view-content';

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
    ...newIn(now.withdrawals, old.withdrawals).map((id) => `withdrawn ${id}`),
    ...newIn(old.withdrawals, now.withdrawals).map((id) => `withdrawal ${id} lifted`),
    ...alteredIn(old.withdrawals, now.withdrawals).map((id) => `withdrawal ${id} changed`),
    ...newIn(now.holds, old.holds).map((id) => `hold ${id}`),
    ...newIn(old.holds, now.holds).map((id) => `hold ${id} lifted`),
    ...alteredIn(old.holds, now.holds).map((id) => `hold ${id} changed`),
    ...(source ? [] : [`source ${JSON.stringify(now.source ?? now.kind)}`]),
    ...new Set(resultsBetween(before, next)),
  ];
}

/** Parts before and after, of products of which anything changed. */
function changedParts(
  before: ViewContent,
  next: ViewContent,
): (readonly [id: string, was: ProductPart, is: ProductPart])[] {
  const [old, now] = [partsOf(before), partsOf(next)];
  const none: ProductPart = { product: undefined, shelved: undefined };
  const ids = [...new Set([...old.keys(), ...now.keys()])].filter((id) => !isSamePart(old.get(id), now.get(id)));
  return ids.map((id) => [id, old.get(id) ?? none, now.get(id) ?? none] as const);
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

function newIn(some: readonly { readonly id: string }[], others: readonly { readonly id: string }[]): string[] {
  const known = new Set(others.map(({ id }) => id));
  return some.filter(({ id }) => !known.has(id)).map(({ id }) => id);
}

/** Of a hold, its end or its version; of a withdrawal, what it is of. */
function alteredIn(old: readonly { readonly id: string }[], now: readonly { readonly id: string }[]): string[] {
  const before = new Map(old.map((one) => [one.id, one]));
  return now.flatMap((one) => {
    const was = before.get(one.id);
    return was === undefined || was === one || writeJson(was) === writeJson(one) ? [] : [one.id];
  });
}

/** `attested hw-lab: passed`, once for all products. */
function resultsBetween(before: ViewContent, next: ViewContent): string[] {
  return Object.entries(next.ledger.products).flatMap(([id, row]) => {
    const old = before.ledger.products[id];
    return old === row ? [] : newResults(old, row);
  });
}

function newResults(old: LedgerRow | undefined, { attested }: LedgerRow): string[] {
  return Object.entries(attested).flatMap(([content, results]) => {
    const known = new Set((old?.attested[content] ?? []).map((one) => writeJson(one)));
    const added = results.filter((one) => !known.has(writeJson(one)));
    return added.map(({ check, passed }) => `attested ${check}: ${passed ? 'passed' : 'failed'}`);
  });
}
