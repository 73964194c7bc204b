import type { Version } from './types';

/** An object that a version promises to be there, just so. */
export interface Promised {
  /** Relative to the view. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Everything that a version promises: its items, and its provenance, which is no item. */
export function objectsOf({ items, provenance, provenance_sha256, provenance_size }: Version): Promised[] {
  const objects: Promised[] = Object.values(items);
  if (typeof provenance !== 'string' || typeof provenance_sha256 !== 'string') return objects;
  return [...objects, { path: provenance, sha256: provenance_sha256, size: Number(provenance_size) }];
}
