import type { OperationRequest } from '../../job/operations/operation';

/** Views that an operation reads, all of them before it is planned, and those that it may change. */
export interface ViewsNeeded {
  readonly reads: readonly string[];
  readonly changes: readonly string[];
}

/**
 * The views that an operation needs. A mark is compared with all views, since the operator wants to know where it matches;
 * the source of a view is, since views must not follow each other in a circle.
 * @param all views of the mirror
 */
export function viewsNeeded(request: OperationRequest, all: readonly string[]): ViewsNeeded {
  switch (request.does) {
    case 'promote':
      return needed([request.from, request.to], [request.to]);
    case 'withdraw':
    case 'rollback':
      return needed([request.view, ...all], request.allViews ? [request.view, ...all] : [request.view]);
    case 'restore':
      return request.allViews ? needed([request.view, ...all]) : needed([request.view]);
    case 'hold':
    case 'unhold':
    case 'attest':
    case 'remove':
      return needed([request.view]);
    case 'snapshot':
      return needed([request.view, `snapshots/${request.name}`], [`snapshots/${request.name}`]);
    case 'view-create':
    case 'view-set':
    case 'view-delete':
      return needed([request.name, ...all], [request.name]);
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
  return { reads: [...new Set(reads)], changes: [...new Set(changes)] };
}
