import { z } from 'zod';
import { sha256Of } from '../../sha256';
import { ViewName } from '../build-request';
import { viewSource } from '../operations/view-source';
import type { View } from './view';

/** Where a view that is not built gets its versions, as `mirror.yaml` says. */
export const ViewSetting = z.strictObject({
  name: ViewName,
  promote: viewSource.promote,
  select: viewSource.select,
  /** sha256 of what the file says: applied only if it differs from what was applied last, so `view set` stands until then. */
  configured: viewSource.configured.unwrap(),
});
export type ViewSetting = z.infer<typeof ViewSetting>;

/** The settings of all views that are not built, in the order of the file. */
export function viewSettings({ views }: { readonly views: Readonly<Record<string, View | null>> }): ViewSetting[] {
  return Object.entries(views).flatMap(([name, view]) => {
    if (view !== null && view.releases.length > 0) return [];
    const { promote, from, select = from === undefined ? undefined : [{ from }] } = view ?? {};
    const source = { ...(promote && { promote }), ...(select && { select }) };
    return [{ name, ...source, configured: sha256Of(canonical(source)) }];
  });
}

/** JSON with sorted keys, so that the order of fields in the file does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner !== 'object' || inner === null || Array.isArray(inner)
      ? inner
      : Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1))),
  );
}
