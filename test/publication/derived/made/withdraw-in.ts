import { type ChangedViews, changeAndFollow } from '../../../../lib/publication/derived/change-and-follow';
import type { Withdrawal } from '../../../../lib/publication/state/withdrawal';
import { withdrawnPart } from '../../../../lib/publication/state/withdrawals';
import type { MadeViews } from './made-views';

/** Withdraws a version of a flavour, as the view has it. */
export function withdrawIn({ press }: MadeViews, view: string, flavour: string, name: string): Promise<ChangedViews> {
  return changeAndFollow(
    view,
    ({ documents, state }) => {
      const products = [...documents.values()].flatMap((document) => Object.values(document.products));
      const product = products.find(({ subarch }) => subarch === flavour);
      const version = product?.versions[name];
      if (product === undefined || version === undefined) throw new Error(`no ${name} of ${flavour}`);
      const mark: Withdrawal = {
        ...{ id: '0123456789ab', at: '2026-11-20T08:00:00Z', view, release: 'noble', version: name },
        ...{ architectures: [], flavours: [], parts: [withdrawnPart(product, name, version)] },
      };
      return { state: { ...state, withdrawals: [mark] }, note: { what: 'withdraw' } };
    },
    press,
  );
}
