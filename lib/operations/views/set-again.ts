import type { Remark } from '../../job/operations/outcome';
import { selectOptions } from '../../publication/gate/refusal';
import type { ViewContent } from '../../publication/state/view-content';
import type { ViewSource, ViewState } from '../../publication/state/view-state';
import { sameJson } from '../../simplestreams/same-json';
import { type MirrorContent, type Planned, statesIn } from '../plans/planned';

/**
 * The command that sets the source of a view as it was, if that is still there. None makes a view a built one again, or takes
 * back what a promoted one got by following another: it would keep that. What came from mirror.yaml is set as that file says now.
 */
export function undoing(content: ViewContent, { views: [planned] }: Planned, mirror: MirrorContent): Remark[] {
  const { view, documents, state } = content;
  const { kind, source, configured } = state;
  const next = planned?.change?.documents ?? documents;
  if (kind === 'built' || (kind !== 'selected' && !sameJson(offersOf(next), offersOf(documents)))) return [];
  const options = optionsOf(kind, source);
  const undo: Remark = { about: 'undo', commands: [`maas-mirror view set ${view} ${options}`] };
  if (options === '--as-configured')
    return configured === undefined ? [] : [{ ...undo, why: 'apply the setting of mirror.yaml again' }];
  return isThere(source, mirror) ? [undo] : [];
}

/** Whether the views that a view was made from still are: a folder may have been removed by hand. */
function isThere({ select = [] }: ViewSource = {}, mirror: MirrorContent): boolean {
  const { snapshots = [] } = mirror;
  return select.every(({ from }) => statesIn(mirror).has(from) || snapshots.includes(from));
}

function offersOf(documents: ViewContent['documents']): object {
  return Object.fromEntries([...documents].map(([id, { products }]) => [id, products]));
}

/** What has no options of its own came from mirror.yaml. */
function optionsOf(kind: ViewState['kind'], { promote, select = [] }: ViewSource = {}): string {
  if (kind !== 'selected') return promote === undefined ? '--by-hand' : '--as-configured';
  return selectOptions(select) ?? '--as-configured';
}
