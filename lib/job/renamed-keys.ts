import { MirrorError } from '../errors';

/** @throws BadInput (misuse) for a `mirror.yaml` with a key by its name before 0.1.0 */
export function refuseRenamed(value: unknown, file: string): void {
  if (typeof value !== 'object' || value === null || !('places' in value)) return;
  throw new MirrorError('BadInput', `${file}: places is now called sources`, {
    hint: 'write sources: in place of places:, with the same keys',
    misuse: true,
  });
}
