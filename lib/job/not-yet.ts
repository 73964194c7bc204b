import { MirrorError } from '../errors';

/** Settings that are not supported yet. */
export interface SaidAhead {
  readonly keep?: unknown;
}

/**
 * Refuses settings that would have no effect.
 * @param what names the configuration: its path
 * @throws NotSupported (misuse)
 */
export function refuseNotYet({ keep }: SaidAhead, what: string): void {
  if (keep === undefined) return;
  throw new MirrorError('NotSupported', `keep in ${what} is not supported yet: every version is kept`, {
    hint: 'remove keep; a later version will support it',
    misuse: true,
  });
}

/** @throws BadInput (misuse) for a `mirror.yaml` with a key that was renamed before 0.1.0 */
export function refuseRenamed(value: unknown, file: string): void {
  if (typeof value !== 'object' || value === null || !('places' in value)) return;
  throw new MirrorError('BadInput', `${file}: places is now called sources`, {
    hint: 'rename places: to sources:; its fields keep their names',
    misuse: true,
  });
}
