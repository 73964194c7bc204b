import { MirrorError } from '../errors';

/** What a configuration may say that nothing does yet. */
export interface SaidAhead {
  readonly keep?: unknown;
  readonly views: readonly { readonly name: string; readonly releases?: readonly unknown[] | undefined }[];
}

/**
 * Refuses what would be passed over in silence.
 * @param what names the configuration: a path, or its properties
 * @throws NotSupported (misuse)
 */
export function refuseNotYet({ keep, views }: SaidAhead, what: string): void {
  if (keep !== undefined) {
    throw notYet(`keep in ${what}: old versions are not removed yet`, 'leave keep out; every version stays');
  }
  const empty = views.find(({ releases = [] }) => releases.length === 0);
  if (empty === undefined) return;
  throw notYet(
    `view ${empty.name} in ${what} has no releases: nothing can be promoted to a view yet`,
    'name its releases, or leave the view out',
  );
}

function notYet(message: string, hint: string): MirrorError {
  return new MirrorError('NotSupported', message, { hint: `${hint}; this comes with a later version`, misuse: true });
}
