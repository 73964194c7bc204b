import { contentOf } from '../../publication/next-content';
import { standingProducts } from '../../publication/offers/standing-products';
import type { Reading } from '../../publication/read-index';
import { readView } from '../../publication/read-view';
import type { ViewState } from '../../publication/state/view-state';
import { WithdrawnIndex } from '../../publication/state/withdrawals';
import { withdrawnEverywhere } from '../../publication/withdrawn-everywhere';
import type { Products } from '../../simplestreams/types';

/** What a build compares with. */
export interface Standing {
  /** With the pending versions, as if there were no hold. @default - the view has neither */
  readonly document: Products | undefined;
  readonly state: ViewState;
  /** The withdrawals of all views. */
  readonly withdrawn: WithdrawnIndex;
}

/** Reads one document of a view, and what operators decided. @throws the errors of readView */
export async function readStanding(view: string, contentId: string, reading: Reading): Promise<Standing> {
  const content = contentOf(await readView(view, reading));
  const withdrawals = [...content.state.withdrawals, ...(await withdrawnEverywhere(reading))];
  return {
    document: standingProducts(content, contentId),
    state: content.state,
    withdrawn: new WithdrawnIndex(view, withdrawals),
  };
}
