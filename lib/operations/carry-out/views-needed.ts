import type { OperationRequest } from '../../job/operations/operation';

/** The views that an operation reads, and those that it may change. */
export interface ViewsNeeded {
  /** Before it is planned: they are in memory together. */
  readonly reads: readonly string[];
  /** One after the other, once it is planned. */
  readonly passes: readonly string[];
  readonly changes: readonly string[];
}

/**
 * The views that an operation needs. A mark is compared with all views, since the operator wants to know where it matches;
 * the views that a view is made from are read whole; of the others, what was decided is enough.
 * @param all views of the mirror
 */
export function viewsNeeded(request: OperationRequest, all: readonly string[]): ViewsNeeded {
  switch (request.does) {
    case 'promote':
      return needed([request.from, request.to], [request.to]);
    case 'withdraw':
    case 'rollback':
      return passing(all, request.view, request.allViews);
    case 'restore':
      return request.allViews ? passing(all, request.view, true) : needed([request.view]);
    case 'hold':
    case 'unhold':
    case 'attest':
    case 'remove':
      return needed([request.view]);
    case 'snapshot':
      return needed([request.view, `snapshots/${request.name}`], [`snapshots/${request.name}`]);
    case 'view-create':
    case 'view-set':
      return needed([request.name, ...sourcesIn(request)], [request.name]);
    case 'view-delete':
      return needed([request.name]);
    case 'repair':
      return needed(request.view === undefined ? all : [request.view]);
  }
}

/** The view that must be there before the operation, or undefined. */
export function viewNamed(request: OperationRequest): string | undefined {
  if (request.does === 'promote') return request.from;
  if (request.does === 'view-create') return undefined;
  return 'name' in request && request.does !== 'snapshot' ? request.name : request.view;
}

function needed(reads: readonly string[], changes = reads): ViewsNeeded {
  return { reads: [...new Set(reads)], passes: [], changes: [...new Set(changes)] };
}

function passing(all: readonly string[], view: string, areChanged: boolean): ViewsNeeded {
  const passes = all.filter((other) => other !== view);
  return { reads: [view], passes, changes: areChanged ? [view, ...passes] : [view] };
}

type Sources = Pick<Extract<OperationRequest, { does: 'view-set' }>, 'promote' | 'select'>;

function sourcesIn({ promote, select = [] }: Sources): string[] {
  return [...(promote ? [promote.from] : []), ...select.map(({ from }) => from)];
}
