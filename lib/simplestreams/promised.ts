import type { Version } from './types';

/** An object that a version references, with its size and digest. */
export interface Promised {
  /** Relative to the view. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Every object that a version references: its items, and its provenance, which is not an item. */
export function objectsOf({ items, provenance, provenance_sha256, provenance_size }: Version): Promised[] {
  const objects: Promised[] = Object.values(items);
  if (typeof provenance !== 'string' || typeof provenance_sha256 !== 'string') return objects;
  return [...objects, { path: provenance, sha256: provenance_sha256, size: Number(provenance_size) }];
}
