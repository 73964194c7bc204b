import { changeView } from '../../../lib/publication/change-view';
import type { Press } from '../../../lib/publication/press';
import type { Hold } from '../../../lib/publication/state/holds';
import type { Change, ViewChange, ViewContent } from '../../../lib/publication/state/view-content';
import type { Withdrawal } from '../../../lib/publication/state/withdrawal';
import { withdrawnPart } from '../../../lib/publication/state/withdrawals';

/** What an operator decides in the tests of builds, without the operations, which have tests of their own. */

/** Keeps what is new to the products of a release on the shelf. */
export function holdRelease(press: Press, hold: Partial<Hold> = {}, view = 'candidate'): Promise<boolean> {
  const scope = { release: 'bookworm', architectures: [], flavours: [] };
  const whole = { id: 'h1', since: '2026-11-20T09:00:00Z', reason: 'freeze', ...scope, ...hold };
  return changeView(view, ({ state }) => ({ state: { ...state, holds: [whole] }, note: { what: 'hold' } }), press);
}

export const endHolds: Change = ({ state }) => ({ state: { ...state, holds: [] }, note: { what: 'unhold' } });

/**
 * Withdraws the newest version of every product of a view, and takes it out of the documents where there is an older one.
 * @param only ids of the products
 * @param markOnly leaves it in the documents
 */
export function takeBackNewest(
  press: Press,
  { view = 'candidate', only, kernelOnly = false, markOnly = false }: TakenBack = {},
): Promise<boolean> {
  const change: Change = (content) => {
    const { documents, ...mark } = rollback(content, view, only, kernelOnly);
    return markOnly ? mark : { ...mark, documents };
  };
  return changeView(view, change, press);
}

interface TakenBack {
  readonly view?: string;
  readonly only?: readonly string[];
  readonly kernelOnly?: boolean;
  readonly markOnly?: boolean;
}

function rollback(
  { documents, state }: Parameters<Change>[0],
  view: string,
  only: readonly string[] | undefined,
  kernelOnly: boolean,
): ViewChange & Pick<ViewContent, 'documents'> {
  const parts: Withdrawal['parts'][number][] = [];
  const left = [...documents].map(([id, document]) => {
    const products = Object.entries(document.products).map(([productId, product]) => {
      const [newest = '', ...older] = Object.keys(product.versions).sort().reverse();
      const version = product.versions[newest];
      if (version === undefined || only?.includes(productId) === false) return [productId, product] as const;
      parts.push(withdrawnPart(product, newest, version, kernelOnly));
      const kept = older.length === 0 ? [newest] : older;
      const versions = Object.fromEntries(Object.entries(product.versions).filter(([name]) => kept.includes(name)));
      return [productId, { ...product, versions }] as const;
    });
    return [id, { ...document, products: Object.fromEntries(products) }] as const;
  });
  const scope = { release: 'bookworm', architectures: [], flavours: [] };
  const [version = ''] = parts.map((part) => part.version);
  const mark = { id: 'w1', at: '2026-11-20T09:00:00Z', reason: 'NIC driver lost', view, version, ...scope, parts };
  return {
    documents: new Map(left),
    state: { ...state, withdrawals: [...state.withdrawals, mark] },
    note: { what: 'rollback' },
  };
}
