import type { Products } from '../simplestreams/types';
import { contentOf } from './next-content';
import { standingProducts } from './offers/standing-products';
import type { Reading } from './read-index';
import { readView } from './read-view';
import type { ViewContent } from './state/view-content';
import type { ViewState } from './state/view-state';
import type { Withdrawal } from './state/withdrawal';
import { withdrawnEverywhere } from './withdrawn-everywhere';

/** What a build compares with, and what it must obey. */
export interface StandingContent {
  /** With the pending versions, as if there were no hold. @default - the view has neither */
  readonly document?: Products;
  /** What was decided about the view: its holds. */
  readonly state: ViewState;
  /** The whole view, with what it remembers. */
  readonly content: ViewContent;
  /** The withdrawals of all views, also of this one. */
  readonly withdrawn: readonly Withdrawal[];
}

/**
 * One document of a view as builds see it, with the decisions that bind them.
 * @throws the errors of readView
 */
export async function readStanding(view: string, contentId: string, reading: Reading): Promise<StandingContent> {
  const content = contentOf(await readView(view, reading));
  const document = standingProducts(content, contentId);
  const { state } = content;
  return { ...(document && { document }), state, content, withdrawn: await withdrawnEverywhere(reading) };
}
