import type { OperationRequest } from '../../job/operations/operation';
import type { ViewState } from '../../publication/state/view-state';

type CreateRequest = Extract<OperationRequest, { does: 'view-create' }>;

/** Where a view gets its versions, as `mirror.yaml` says; neither: it is promoted by hand. */
export interface ViewSettings extends Pick<CreateRequest, 'name' | 'promote' | 'select'> {
  /** sha256 of what the file says. */
  readonly configured: string;
}

/** A view that is filled by promotion. */
export interface FilledView {
  readonly view: string;
  readonly from: string;
  /** @default - versions are promoted as soon as they may be */
  readonly after?: string;
  readonly require: readonly string[];
}

/**
 * How a view is filled: as an operator has set it since the file was applied, otherwise as the file says.
 * @param states of all views
 * @returns undefined if it is not, or not before its source is published
 */
export function promotionOf(
  { name, promote, configured }: ViewSettings,
  states: ReadonlyMap<string, ViewState>,
): FilledView | undefined {
  const state = states.get(name);
  const { from, after, require = [] } = (state?.configured === configured ? state?.source?.promote : promote) ?? {};
  if (from === undefined || !states.has(from)) return undefined;
  return { view: name, from, require, ...(after !== undefined && { after }) };
}
