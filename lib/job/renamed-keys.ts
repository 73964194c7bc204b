import { MirrorError } from '../errors';

/** @throws BadInput (misuse) for a `mirror.yaml` with a key that was renamed before 0.1.0 */
export function refuseRenamed(value: unknown, file: string): void {
  if (typeof value !== 'object' || value === null || !('places' in value)) return;
  throw new MirrorError('BadInput', `${file}: places is now called sources`, {
    hint: 'rename places: to sources:; its fields keep their names',
    misuse: true,
  });
}
