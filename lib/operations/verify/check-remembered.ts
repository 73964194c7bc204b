import { mirror } from '../../job/layout';
import { heldProducts } from '../../publication/offers/held-products';
import { keptLedger } from '../../publication/state/kept-ledger';
import { contentDigest } from '../../publication/state/product-key';
import { partsOf } from '../../publication/state/product-parts';
import { emptyShelf } from '../../publication/state/shelf';
import type { StoredState } from '../../publication/state/state-document';
import type { ViewContent } from '../../publication/state/view-content';
import { checkProducts } from '../../simplestreams/contract/check-products';
import { type Problem, violated } from './problem';
import { shelvedDocuments } from './shelved-documents';

/** Checks what is remembered of a view against what it offers. */
export function checkRemembered(
  content: ViewContent,
  { shelf, ledger }: Pick<StoredState, 'shelf' | 'ledger'>,
): Problem[] {
  const { view } = content;
  const of = (path: string | undefined) => (path === undefined ? mirror.index(view) : mirror.document(view, path));
  return [...checkShelf(content, of(shelf)), ...checkLedger(content, of(ledger))];
}

/** What is on the shelf may be offered again, so it must be as valid as what is offered. */
function checkShelf({ documents, shelf, state }: ViewContent, object: string): Problem[] {
  const offered = partsOf({ documents, shelf: emptyShelf });
  const shelved = shelvedDocuments(shelf);
  const held = heldProducts({ documents, shelf }, state.holds);
  const broken = shelved.flatMap((document) => checkProducts(document).map(violated(object)));
  const products = shelved.flatMap((document) => Object.entries(document.products));
  const strange = products.flatMap(([id, product]) =>
    Object.entries(product.versions).flatMap(([name, version]) => {
      const other = offered.get(id)?.product?.versions[name];
      const isAnother = other !== undefined && contentDigest(other) !== contentDigest(version);
      const isPending = shelf.products[id]?.versions[name]?.why === 'held';
      return [
        ...(isAnother ? [`${id} / ${name}: the documents have another content under this name`] : []),
        ...(isPending && !held.has(id) ? [`${id} / ${name}: it is pending, but nothing holds it`] : []),
      ];
    }),
  );
  return [...broken, ...strange.map((message) => ({ object, rule: 'shelf', message }))];
}

/** A ledger says of every product what a change would write that changes nothing. */
function checkLedger({ documents, shelf, ledger }: ViewContent, object: string): Problem[] {
  const nothing = { documents: new Map(), shelf: emptyShelf, ledger };
  const { products } = keptLedger(nothing, { documents, shelf, ledger }, new Date(0));
  const wrong = Object.keys(products).filter((id) => products[id] !== ledger.products[id]);
  return wrong.map((id) => {
    const seen = ledger.products[id] === undefined ? 'has nothing about it' : 'does not agree with what is offered';
    return { object, rule: 'ledger', message: `${id}: the ledger ${seen}` };
  });
}
