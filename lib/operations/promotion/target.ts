import { MirrorError } from '../../errors';
import { emptyLedger } from '../../publication/state/ledger';
import { emptyShelf } from '../../publication/state/shelf';
import { emptyState } from '../../publication/state/state-document';
import type { ViewContent } from '../../publication/state/view-content';
import type { ViewState } from '../../publication/state/view-state';
import { followedText } from '../plans/followed';
import type { MirrorContent } from '../plans/planned';
import { viewToChange } from '../plans/planned';

/**
 * The view that a promotion fills: a promoted one, or one that does not exist yet and becomes one.
 * @throws BadInput (misuse) for every other kind
 */
export function targetOf(mirror: MirrorContent, view: string): ViewContent {
  const content = mirror.views.get(view) ?? nothing(view);
  if (content.documents.size === 0) return { ...content, state: { ...content.state, kind: 'promoted' } };
  const { state } = viewToChange(mirror, view);
  if (state.kind === 'promoted') return content;
  const [message, hint] = whyNot(view, state);
  throw new MirrorError('BadInput', `${message}; it cannot be filled by promotion`, { hint, misuse: true });
}

function whyNot(view: string, { kind, source, upgraded = false }: ViewState): [message: string, hint: string] {
  if (kind === 'selected') {
    return [
      followedText(view, { ...(source && { source }) }),
      `promote into what it follows, or point it elsewhere: maas-mirror view set ${view} --from VIEW`,
    ];
  }
  if (upgraded) {
    return [
      `${view} was built by an older release`,
      `to fill it by promotion from now on, instead of building it, first run: maas-mirror view set ${view} --by-hand`,
    ];
  }
  return [`${view} is built from its recipe`, 'promote into another view; the first promotion creates it'];
}

function nothing(view: string): ViewContent {
  return { view, documents: new Map(), state: emptyState(view), shelf: emptyShelf, ledger: emptyLedger };
}
