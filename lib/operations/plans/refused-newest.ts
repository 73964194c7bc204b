import type { MirrorError } from '../../errors';
import { touchedProducts } from '../../publication/gate/added-versions';
import { withdrawnNewest } from '../../publication/gate/withdrawn-newest';
import type { ViewContent } from '../../publication/state/view-content';
import { WithdrawnIndex } from '../../publication/state/withdrawals';
import type { MirrorContent } from './planned';

/** Why a view may not get these documents: a withdrawn version would be the newest again. The gate refuses it too, but later. */
export function refusedNewest(
  content: ViewContent,
  documents: ViewContent['documents'],
  { withdrawn }: Pick<MirrorContent, 'withdrawn'>,
): MirrorError | undefined {
  const marks = [...content.state.withdrawals, ...withdrawn];
  return withdrawnNewest(touchedProducts(content, documents), new WithdrawnIndex(content.view, marks));
}
