/* publication/gate: what is refused before anything is written. */

import { MirrorError } from '../../errors';
import { checkIndex } from '../../simplestreams/contract/check-index';
import { checkProducts } from '../../simplestreams/contract/check-products';
import { checkView } from '../../simplestreams/contract/check-view';
import type { Index, Products } from '../../simplestreams/types';
import type { Store } from '../../store/store';
import type { NextContent } from '../next-content';
import type { ViewChange, ViewContent } from '../state/view-content';
import { touchedProducts } from './added-versions';
import { gateDecisions } from './gate-decisions';
import { gateNames } from './gate-names';
import { gateObjects } from './gate-objects';
import { emptyViewError, refuse, unchanged } from './refusal';

/**
 * The gate: one version that MAAS cannot read disables the whole boot source of a site, and one that it reads wrongly
 * installs the wrong system, so neither is ever committed. What a change does not touch was checked when it was published.
 * @param change what was asked for @default - nothing: the view is only signed again
 * @throws ContractBroken, naming every broken rule, or the object that is missing or differs; Withdrawn; Held
 */
export async function gateChange(
  before: ViewContent,
  next: NextContent,
  change: Pick<ViewChange, 'offered' | 'withdrawn'> | undefined,
  mirror: Store,
): Promise<void> {
  if (next.documents.size === 0) throw emptyViewError(next.view);
  gateDocuments(next);
  gateView(before, next);
  gateNames(before, next);
  gateDecisions(before, next, change?.withdrawn ?? []);
  await gateObjects(before, next, change?.offered ?? [], mirror);
}

/** Checks the index against its documents. @throws ContractBroken */
export function gateIndex(index: Index, documents: ReadonlyMap<string, Products>): void {
  refuse(checkIndex(index, { documents, signed: true }));
}

function gateDocuments({ changed }: NextContent): void {
  for (const [id, document] of changed) {
    refuse(checkProducts(document, id));
    if (id === document.content_id) continue;
    const said = `the document indexed as ${id} has content_id ${document.content_id}`;
    throw new MirrorError('ContractBroken', said, { hint: unchanged });
  }
}

/** A snapshot has the very documents of its source, and so its label. */
function gateView(before: ViewContent, next: NextContent): void {
  const { documents, state, view } = next;
  const touched = new Set(touchedProducts(before, next.changed).map(({ id }) => id));
  refuse(checkView(documents, { label: state.source?.snapshot?.from ?? view, touched }));
}
