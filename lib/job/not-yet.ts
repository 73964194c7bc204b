import { MirrorError } from '../errors';

/** Settings that are not supported yet. */
export interface SaidAhead {
  readonly keep?: unknown;
  readonly views: readonly { readonly name: string; readonly releases?: readonly unknown[] | undefined }[];
}

/**
 * Refuses settings that would have no effect.
 * @param what names the configuration: its path
 * @throws NotSupported (misuse)
 */
export function refuseNotYet({ keep, views }: SaidAhead, what: string): void {
  if (keep !== undefined) {
    throw notYet(`keep in ${what} is not supported yet: every version is kept`, 'remove keep');
  }
  const empty = views.find(({ releases = [] }) => releases.length === 0);
  if (empty === undefined) return;
  throw notYet(`view ${empty.name} in ${what} ${emptyView.text}`, emptyView.hint);
}

/** What follows the name of a view without releases, and what to do. */
export const emptyView = {
  text: 'has no releases, and promotion to a view is not supported yet',
  hint: 'name its releases, or remove the view',
} as const;

function notYet(message: string, hint: string): MirrorError {
  return new MirrorError('NotSupported', message, { hint: `${hint}; a later version will support it`, misuse: true });
}

/** @throws BadInput (misuse) for a `mirror.yaml` with a key that was renamed before 0.1.0 */
export function refuseRenamed(value: unknown, file: string): void {
  if (typeof value !== 'object' || value === null || !('places' in value)) return;
  throw new MirrorError('BadInput', `${file}: places is now called sources`, {
    hint: 'rename places: to sources:; its fields keep their names',
    misuse: true,
  });
}
