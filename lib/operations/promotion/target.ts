import { MirrorError } from '../../errors';
import { emptyLedger } from '../../publication/state/ledger';
import { emptyShelf } from '../../publication/state/shelf';
import { emptyState } from '../../publication/state/state-document';
import type { ViewContent } from '../../publication/state/view-content';
import type { MirrorContent } from '../plans/planned';
import { viewToChange } from '../plans/planned';

/**
 * The view that a promotion fills: a promoted one, or one that does not exist yet and becomes one.
 * @throws BadInput (misuse) for every other kind
 */
export function targetOf(mirror: MirrorContent, view: string): ViewContent {
  const content = mirror.views.get(view) ?? nothing(view);
  if (content.documents.size === 0) return { ...content, state: { ...content.state, kind: 'promoted' } };
  const { kind, source } = viewToChange(mirror, view).state;
  if (kind === 'promoted') return content;
  const [message, hint] =
    kind === 'selected'
      ? [
          `${view} follows ${(source?.select ?? []).map(({ from }) => from).join(', ')}`,
          `promote into what it follows, or point it elsewhere: maas-mirror view set ${view} --from VIEW`,
        ]
      : [`${view} is built from its recipe`, 'promote into another view, such as stable'];
  throw new MirrorError('BadInput', `${message}; it cannot be filled by promotion`, { hint, misuse: true });
}

function nothing(view: string): ViewContent {
  return { view, documents: new Map(), state: emptyState(view), shelf: emptyShelf, ledger: emptyLedger };
}
