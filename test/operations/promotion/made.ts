import { keptLedger } from '../../../lib/publication/state/kept-ledger';
import { emptyLedger, type LedgerRow } from '../../../lib/publication/state/ledger';
import { contentDigest } from '../../../lib/publication/state/product-key';
import { emptyShelf } from '../../../lib/publication/state/shelf';
import type { ViewContent } from '../../../lib/publication/state/view-content';
import { made } from '../plans/made';

/**
 * A view that remembers when it published what it offers.
 * @param time of everything else
 * @param others times of contents, by the words that they are made of
 */
export function publishedSince(
  content: ViewContent,
  time: string,
  others: Readonly<Record<string, string>> = {},
): ViewContent {
  const before = { documents: new Map(), shelf: emptyShelf, ledger: emptyLedger };
  const ledger = keptLedger(before, { ...content, ledger: emptyLedger }, new Date(time));
  const times = new Map(Object.entries(others).map(([words, other]) => [contentDigest(made(words)), other]));
  const products = Object.entries(ledger.products).map(([id, row]): [string, LedgerRow] => {
    const since = Object.entries(row.since).map(([digest, clock]) => [digest, times.get(digest) ?? clock]);
    return [id, { ...row, since: Object.fromEntries(since) }];
  });
  return { ...content, ledger: { ...ledger, products: Object.fromEntries(products) } };
}
