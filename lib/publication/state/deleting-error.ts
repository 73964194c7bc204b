import { MirrorError } from '../../errors';

/** A view whose deletion has begun: nothing may change it, or be made from it. */
export function deletingError(view: string): MirrorError {
  return new MirrorError('NoSuchView', `the view ${view} is being deleted`, {
    hint: `if that was interrupted, finish it: maas-mirror view delete ${view}`,
    misuse: true,
  });
}

/** Whether an error says that of this view, and not of one that it depends on. */
export function isDeletingError(error: unknown, view: string): boolean {
  const { name, message } = deletingError(view);
  return error instanceof MirrorError && error.name === name && error.message === message;
}
