import { MirrorError } from '../../errors';

/** A view whose deletion has begun: nothing may change it, or be made from it. */
export function deletingError(view: string): MirrorError {
  return new MirrorError('NoSuchView', `the view ${view} is being deleted`, {
    hint: `if that was interrupted, finish it: maas-mirror view delete ${view}`,
    misuse: true,
  });
}
