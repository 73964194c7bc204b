/* publication/gate: what is refused before anything is written. */

import { MirrorError } from '../../errors';
import { mirror as layout } from '../../job/layout';
import { checkIndex } from '../../simplestreams/contract/check-index';
import { checkProducts } from '../../simplestreams/contract/check-products';
import type { Violation } from '../../simplestreams/contract/contract-rules';
import { writeJson } from '../../simplestreams/json';
import { objectsOf, type Promised } from '../../simplestreams/promised';
import type { Index, Products, Version } from '../../simplestreams/types';
import type { Store } from '../../store/store';
import type { NextContent } from '../next-content';
import type { Shelf } from '../state/shelf';
import type { ViewContent } from '../state/view-content';

/**
 * The contract gate: one version that MAAS cannot read disables the whole boot source of a site, so such a version is
 * never committed. Documents that a change does not touch were checked when they were published.
 * @throws ContractBroken, naming every broken rule, or the object that is missing or differs
 */
export async function gateDocuments(
  before: ViewContent,
  { changed, shelf }: NextContent,
  mirror: Store,
): Promise<void> {
  const objects = new Map<string, Promised>();
  for (const [id, document] of changed) {
    refuse(checkProducts(document, id));
    refuseOtherContent(id, document);
    for (const object of newlyPromised(before.documents.get(id), document)) objects.set(nameOf(object), object);
  }
  for (const object of newlyShelved(before, shelf)) objects.set(nameOf(object), object);
  await Promise.all([...objects.values()].map((object) => requireObject(object, mirror)));
}

/** Checks the index against its documents. @throws ContractBroken */
export function gateIndex(index: Index, documents: ReadonlyMap<string, Products>): void {
  refuse(checkIndex(index, { documents, signed: true }));
}

function refuse(violations: readonly Violation[]): void {
  if (violations.length === 0) return;
  const lines = violations.map(({ rule, where, message }) => `${where}: ${message} [${rule}]`);
  throw new MirrorError('ContractBroken', `MAAS would refuse this mirror:\n${lines.join('\n')}`, { hint: unchanged });
}

function refuseOtherContent(id: string, { content_id: other }: Products): void {
  if (id === other) return;
  throw new MirrorError('ContractBroken', `the document indexed as ${id} has content_id ${other}`, { hint: unchanged });
}

/** Documents may promise two different files at one path, of which at most one can exist. */
function nameOf({ path, size, sha256 }: Promised): string {
  return `${path} ${size} ${sha256}`;
}

/** Everything that new or changed versions promise, even if another version promised it before. */
function newlyPromised(before: Products | undefined, after: Products): Promised[] {
  return Object.entries(after.products).flatMap(([id, { versions }]) => {
    const old = before?.products[id]?.versions ?? {};
    return Object.entries(versions)
      .filter(([name, version]) => !saysTheSame(old[name], version))
      .flatMap(([, version]) => objectsOf(version));
  });
}

/** What the shelf promises and the view did not: it may be offered again, so it must be there as if it were. */
function newlyShelved({ documents, shelf: before }: ViewContent, after: Shelf): Promised[] {
  return Object.entries(after.products).flatMap(([id, product]) => {
    if (before.products[id] === product) return [];
    const offered = documents.get(product.content_id)?.products[id]?.versions ?? {};
    return Object.entries(product.versions)
      .filter(
        ([name, { version }]) => !saysTheSame(offered[name] ?? before.products[id]?.versions[name]?.version, version),
      )
      .flatMap(([, { version }]) => objectsOf(version));
  });
}

/** Untouched versions are the same objects, which saves comparing the ten thousand versions of a large document. */
function saysTheSame(before: Version | undefined, after: Version): boolean {
  return before === after || (before !== undefined && writeJson(before) === writeJson(after));
}

async function requireObject({ path, size, sha256 }: Promised, mirror: Store): Promise<void> {
  const key = layout.pool(path);
  const head = await mirror.head(key);
  const seen = head === undefined ? 'missing' : `${head.size} bytes with sha256 ${head.sha256}`;
  if (head?.size === size && head.sha256 === sha256) return;
  throw new MirrorError(
    'ContractBroken',
    `${key} is ${seen}, but the document lists ${size} bytes with sha256 ${sha256}`,
    { hint: unchanged },
  );
}

const unchanged = 'nothing was published; the view is unchanged';
