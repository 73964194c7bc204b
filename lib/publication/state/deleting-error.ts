import { MirrorError } from '../../errors';

/** The views that errors are about: their messages are for people. */
const views = new WeakMap<MirrorError, string>();

/** A view whose deletion has begun: nothing may change it, or be made from it. */
export function deletingError(view: string): MirrorError {
  const error = new MirrorError('NoSuchView', `the view ${view} is being deleted`, {
    hint: `if that was interrupted, finish it: maas-mirror view delete ${view}`,
    misuse: true,
  });
  views.set(error, view);
  return error;
}

/** Whether an error says that of this view, and not of one that it depends on. */
export function isDeletingError(error: unknown, view: string): boolean {
  return error instanceof MirrorError && views.get(error) === view;
}
