import { heldBy } from '../../../publication/state/holds';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import type { Products } from '../../../simplestreams/types';
import { type Asker, noteOf } from '../asked';
import { markLines, withMark } from '../marked';
import { forgettingInputs, offering, shelving, takingBack, withoutInputs } from '../moved';
import type { PlannedView } from '../planned';
import { type GoingBack, goingBack, type Moves } from './going-back';
import { heldBack } from './held-back';

/** What a rollback does in one view. */
export interface BackIn {
  readonly content: ViewContent;
  readonly planned: PlannedView;
  readonly moves: Moves;
  /** The documents after it. */
  readonly documents: ReadonlyMap<string, Products>;
}

/**
 * Marks a version as withdrawn in a view, and takes it back where it is the newest. A selected view gets only the mark of what
 * it does not hold: it follows its sources.
 * @param withdrawn the withdrawals of all views
 */
export function backIn(
  content: ViewContent,
  mark: Withdrawal,
  asker: Asker & { readonly republish: boolean },
  withdrawn: readonly Withdrawal[],
  at: Date,
): BackIn {
  const { republish, reason } = asker;
  const asked = { withdrawn, at, republish, ...(reason !== undefined && { reason }) };
  const moves = movesIn(content, mark, asked);
  const left = takingBack(content.documents, new Map(moves.leaving.map(({ id, names }) => [id, new Set(names)])));
  const gone = new Set(moves.leaving.map(({ id }) => id));
  const documents = forgettingInputs(offering(left, moves.offers, at), gone);
  const leaving = moves.leaving.map((one) => ({ ...one, product: withoutInputs(one.product) }));
  const withdrawals = withMark(content, mark);
  const lines = [...(withdrawals === undefined ? [] : markLines(mark)), ...moves.lines];
  const change = {
    ...(withdrawals !== undefined && { state: { ...content.state, withdrawals } }),
    ...(moves.leaving.length > 0 && { documents, shelf: shelving(content, leaving, 'withdrawn', at) }),
    ...{ withdrawn, note: noteOf('rollback', asker) },
  };
  const planned = { view: content.view, ...(lines.length > 0 && { change }), lines };
  return { content, planned, moves, documents };
}

/** What a selected view holds does not follow. What would be new to it stays: that is no reason to refuse the others. */
function movesIn(content: ViewContent, mark: Withdrawal, asked: GoingBack): Moves {
  if (content.state.kind !== 'selected') return goingBack(content, mark, asked);
  const held = goingBack({ ...content, documents: heldDocuments(content) }, mark, asked);
  return heldBack({ content, moves: held }) === undefined ? held : unmoved;
}

function heldDocuments({ documents, state }: ViewContent): ViewContent['documents'] {
  const held = [...documents].map(([contentId, document]): [string, Products] => {
    const products = Object.entries(document.products).filter(([, product]) => heldBy(state, product));
    return [contentId, { ...document, products: Object.fromEntries(products) }];
  });
  return new Map(held);
}

const unmoved: Moves = { leaving: [], offers: [], lines: [], stuck: [] };
