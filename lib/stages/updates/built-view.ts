import { MirrorError } from '../../errors';
import type { Change, ViewContent } from '../../publication/state/view-content';

/**
 * Refuses to build into a view that gets its versions from others: what was built would be on top of what was tested, or gone
 * with the next update.
 * @throws BadInput (misuse)
 */
export function refuseFilled({ view, documents, state: { kind } }: ViewContent): void {
  if (documents.size === 0 || kind === 'built') return;
  const { how, hint } = ways[kind];
  throw new MirrorError('BadInput', `${view} ${how}; nothing can be built into it`, { hint, misuse: true });
}

const ways = {
  promoted: { how: 'is filled by promotion', hint: 'build into another view, and promote from it' },
  selected: { how: 'follows other views', hint: 'build into a view that it follows' },
  frozen: { how: 'is a snapshot', hint: 'build into another view' },
};

/**
 * A change that builds make, unless the view has become another kind in the meantime. A view that is built is a built one for
 * good, also if an older release made it.
 */
export function builtChange(change: Change): Change {
  return (content, at) => {
    refuseFilled(content);
    const wanted = change(content, at);
    if (wanted === undefined || content.state.upgraded === undefined) return wanted;
    const { upgraded: _upgraded, ...state } = wanted.state ?? content.state;
    return { ...wanted, state };
  };
}
